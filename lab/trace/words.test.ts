import { describe, expect, it } from 'vitest';
import { bytesInWords, durationInWords, inWords, numberInWords, withoutIds } from './words.ts';

describe('numbers in words', () => {
  it('keep what tells and drop what does not', () => {
    const given = [0, 7, 1234567, 1666.6667, 24_000_000, 0.5, 33.333, 0.00213, -1234, 999.99, 1e-9];
    expect(given.map(numberInWords)).toEqual(
      ['0', '7', '1,234,567', '1,666.7', '24,000,000', '0.5', '33.33', '0.0021', '−1,234', '1,000', '0'], // prettier-ignore
    );
  });
  it('name durations by their two largest units', () => {
    const given = [
      0, 0.5, 40, 1_500, 59_999, 60_000, 200_000, 3_600_000, 7_500_000, 96_000_000, 691_200_000, 3_599_900,
    ];
    expect(given.map(durationInWords)).toEqual(
      ['0 ms', '0.5 ms', '40 ms', '1.5 s', '60 s', '1 min', '3 min 20 s', '1 h', '2 h 5 min', '26 h 40 min', '8 d', '1 h'], // prettier-ignore
    );
  });
  it('count bytes by 1024', () => {
    expect([512, 1024, 10_749_000, 33_554_432].map(bytesInWords)).toEqual(['512 B', '1 KiB', '10.25 MiB', '32 MiB']);
  });
  it('carry the unit, and a dash for nothing', () => {
    expect([inWords(1, 'flag'), inWords(8_149_996.8, 'records'), inWords(0.000_009, 'rows')]).toEqual([
      'yes',
      '8,149,997',
      '0',
    ]);
    expect([inWords(null, 'ms'), inWords(0.2534, 'share'), inWords(6.5, 'USD'), inWords(1500, 'rows/s')]).toEqual([
      '–',
      '25.34 %',
      '$6.5',
      '1,500/s',
    ]);
  });
  it('leave out the ids that a sentence cites, and nothing else', () => {
    const given = [
      'Idle above it (K3, K40).',
      'Age (M0.5), in any partition.',
      'The last one (a row).',
      'See (SS35b–SS36)',
    ];
    expect(given.map(withoutIds)).toEqual(['Idle above it.', 'Age, in any partition.', 'The last one (a row).', 'See']);
  });
});
