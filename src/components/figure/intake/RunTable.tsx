// A run as a table, second by second: the figure for those who rather read numbers.
import { whole } from '#graders/checks/law.ts';
import { momentOf } from './Picture.tsx';
import type { IntakeRun } from './run.ts';

export function RunTable({ run, title }: { readonly run: IntakeRun; readonly title: string }) {
  const perSecond = 1000 / run.sampleMs;
  const seconds = Array.from({ length: Math.floor(run.durationMs / 1000) + 1 }, (_, i) => i);
  return (
    <details class="intake-table">
      <summary>As a table</summary>
      {/* Wide on a phone: it scrolls, and can be reached by keyboard to do so. */}
      <div tabIndex={0} role="region" aria-label={`${title}: the run, second by second`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Second</th>
              <th scope="col">Arriving /s</th>
              <th scope="col">Lag</th>
              <th scope="col">Intake</th>
              <th scope="col">Queue</th>
              <th scope="col">Written /s</th>
              <th scope="col">p95, ms</th>
              <th scope="col">MiB</th>
            </tr>
          </thead>
          <tbody>
            {seconds.map((second) => {
              const index = second * perSecond;
              const moment = momentOf(run, index);
              const p95 = run.p95[index] ?? null;
              return (
                <tr key={second}>
                  <th scope="row">{second}</th>
                  <td>{whole(Math.round(moment.arriving / 100) * 100)}</td>
                  <td>{whole(moment.lag)}</td>
                  <td>{moment.isAlive ? (moment.isPaused ? 'paused' : 'open') : 'dead'}</td>
                  <td>{whole(moment.queue)}</td>
                  <td>{whole(Math.round(moment.writing / 100) * 100)}</td>
                  <td>{p95 === null ? '–' : whole(p95)}</td>
                  <td>{moment.isAlive ? whole(moment.memory) : '–'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}
