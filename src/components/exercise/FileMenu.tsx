// What can be done with the files, and how the editor behaves.

import { useStore } from '@nanostores/preact';
import { useState } from 'preact/hooks';
import type { Bench } from '#src/stores/bench.ts';
import { settingRanges } from '#src/stores/settings.ts';
import { Menu } from './Menu.tsx';

export interface FileMenuProps {
  readonly bench: Bench;
  readonly file: string;
  readonly onDownload: () => void;
  readonly onShow: (file: string) => void;
}

export function FileMenu({ bench, file, onDownload, onShow }: FileMenuProps) {
  const { drafts, starter, settings } = bench;
  const files = useStore(drafts.$files);
  const aside = useStore(drafts.$setAside);
  const { editorFontPx, tabMovesFocus, screenReader } = useStore(settings.$settings);
  const [name, setName] = useState('');
  const [flaw, setFlaw] = useState<string | null>(null);
  const isChanged =
    Object.keys(files).length !== Object.keys(starter).length ||
    Object.entries(files).some(([each, text]) => starter[each] !== text);
  const [leastPx, mostPx] = settingRanges.editorFontPx;

  return (
    <Menu label="Files and editor">
      {(close) => (
        <>
          <div class="menu-group">
            <button
              type="button"
              class="menu-item"
              aria-disabled={!isChanged}
              onClick={() => {
                if (!isChanged) return;
                drafts.reset();
                onShow(bench.exercise.entry);
                close();
              }}
            >
              Reset to the first files
            </button>
            {aside !== null && (
              <button
                type="button"
                class="menu-item"
                onClick={() => {
                  drafts.bringBack();
                  close();
                }}
              >
                {asideWords[aside.why]}
              </button>
            )}
            <button
              type="button"
              class="menu-item"
              onClick={() => {
                onDownload();
                close();
              }}
            >
              Download files
            </button>
            {!(file in starter) && file in files && (
              <button
                type="button"
                class="menu-item"
                onClick={() => {
                  drafts.removeFile(file);
                  onShow(bench.exercise.entry);
                  close();
                }}
              >
                Remove {file}
              </button>
            )}
          </div>
          <form
            class="menu-group"
            onSubmit={(event) => {
              event.preventDefault();
              const wrong = drafts.flawOfName(name);
              setFlaw(wrong);
              if (wrong !== null) return;
              drafts.addFile(name);
              setName('');
              onShow(name);
              close();
            }}
          >
            <label class="field">
              <span>New file</span>
              <span class="menu-row">
                <input
                  type="text"
                  value={name}
                  placeholder="buffer.ts"
                  autocomplete="off"
                  autocapitalize="off"
                  spellcheck={false}
                  aria-describedby={flaw === null ? undefined : 'file-flaw'}
                  onInput={(event) => setName(event.currentTarget.value)}
                />
                <button type="submit" class="button button-small">
                  Add
                </button>
              </span>
            </label>
            {flaw !== null && (
              <p class="menu-flaw" id="file-flaw" role="alert">
                {flaw}
              </p>
            )}
          </form>
          <div class="menu-group">
            <div class="field menu-line">
              <span id="font-size">Letters</span>
              <span class="menu-row">
                <button
                  type="button"
                  class="button button-small"
                  aria-label="Smaller letters"
                  aria-disabled={editorFontPx <= leastPx}
                  onClick={() => settings.set({ editorFontPx: editorFontPx - 1 })}
                >
                  −
                </button>
                <output class="figures" aria-labelledby="font-size">
                  {editorFontPx} px
                </output>
                <button
                  type="button"
                  class="button button-small"
                  aria-label="Larger letters"
                  aria-disabled={editorFontPx >= mostPx}
                  onClick={() => settings.set({ editorFontPx: editorFontPx + 1 })}
                >
                  +
                </button>
              </span>
            </div>
            <label class="menu-check">
              <input
                type="checkbox"
                checked={tabMovesFocus}
                onChange={(event) => settings.set({ tabMovesFocus: event.currentTarget.checked })}
              />
              <span>Tab leaves the editor</span>
            </label>
            <label class="field menu-line">
              <span>Screen reader</span>
              <select
                value={screenReader}
                onChange={(event) => settings.set({ screenReader: event.currentTarget.value as 'auto' | 'on' | 'off' })}
              >
                <option value="auto">Find out</option>
                <option value="on">On</option>
                <option value="off">Off</option>
              </select>
            </label>
          </div>
        </>
      )}
    </Menu>
  );
}

const asideWords = {
  reset: 'Undo the reset',
  'new-version': 'Bring back my older files',
  'other-tab': 'Bring back this tab’s files',
  removed: 'Bring back the removed file',
  terminal: 'Bring back the text that was not kept',
} as const;
