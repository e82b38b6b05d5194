// The module node:buffer: the package of that name, and what of the module is the language's own.

import buffer from 'buffer';

const kStringMaxLength = 2 ** 29 - 24;
const decoder = new TextDecoder('utf-8', { fatal: true });

function isUtf8(bytes: Uint8Array | ArrayBuffer): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const isAscii = (bytes: Uint8Array | ArrayBuffer): boolean => new Uint8Array(bytes).every((byte) => byte < 128);

export default {
  Buffer: buffer.Buffer,
  INSPECT_MAX_BYTES: buffer.INSPECT_MAX_BYTES,
  atob,
  btoa,
  constants: { MAX_LENGTH: buffer.kMaxLength, MAX_STRING_LENGTH: kStringMaxLength },
  isAscii,
  isUtf8,
  kMaxLength: buffer.kMaxLength,
  kStringMaxLength,
};
