// Operations on the provided modules, with a log of what they do; every host and Node.js itself run the same list.

import type { SourceFiles } from './compile.ts';

/** Bodies of `async function check(log)`. No two timers are ever under way that a slow machine could swap. */
const cases: Readonly<Record<string, string>> = {
  'write says when to wait, and drain when to go on': `
    const w = new Writable({ objectMode: true, highWaterMark: 3, write(chunk, _, done) { log('write', chunk, w.writableLength, w.writableNeedDrain); setImmediate(done); } });
    w.on('drain', () => log('drain', w.writableLength)).on('finish', () => log('finish')).on('close', () => log('close')).on('prefinish', () => log('prefinish'));
    for (let n = 1; n <= 5; n++) log(n, w.write(n, () => log('done', n)));
    await once(w, 'drain'); log(w.write(6), w.writableLength); w.end(7, () => log('ended')); log(w.writableEnded, w.writableFinished);
    await finished(w); log(w.writableFinished, w.destroyed, w.closed);`,
  'writes that are done at once': `
    const w = new Writable({ objectMode: true, highWaterMark: 2, write(chunk, _, done) { log('write', chunk); done(); } });
    w.on('drain', () => log('drain'));
    log(w.write('a', () => log('cb a')), w.write('b', () => log('cb b')), w.write('c', () => log('cb c')), w.writableNeedDrain); await turn(); log(w.writableNeedDrain, w.write('d'));
    w.end(() => log('end')); await turn();`,
  'a high-water mark of bytes': `
    const w = new Writable({ highWaterMark: 10, write(chunk, encoding, done) { log('write', chunk, encoding, chunk.length); setImmediate(done); } });
    log(w.write('12345'), w.write(Buffer.from('6789')), w.write('ä'), w.writableLength); await once(w, 'drain'); log(w.writableLength, w.writableHighWaterMark); w.end(); await finished(w);
    log(new Writable().writableHighWaterMark, new Readable().readableHighWaterMark, new Writable({ objectMode: true }).writableHighWaterMark, getDefaultHighWaterMark(false), getDefaultHighWaterMark(true));`,
  'many at once: writev, cork, uncork': `
    const w = new Writable({ objectMode: true, highWaterMark: 4, writev(chunks, done) { log('writev', chunks.map((each) => each.chunk)); setImmediate(done); } });
    w.cork(); log(w.write(1), w.write(2), w.writableCorked, w.writableLength); w.uncork(); log(w.write(3), w.write(4), w.write(5)); await once(w, 'drain'); w.end(); await finished(w); log('finished');`,
  'the last word: final': `
    const w = new Writable({ objectMode: true, write(chunk, _, done) { log('write', chunk); setImmediate(done); }, final(done) { log('final'); setImmediate(() => { log('flushed'); done(); }); }, destroy(error, done) { log('destroy', error); done(error); } });
    w.on('finish', () => log('finish')).on('close', () => log('close')); w.write(1); w.write(2); w.end(); await finished(w); await turn();
    const bad = new Writable({ final(done) { done(new Error('no end')); } }); bad.on('error', (error) => log('error', error)).on('close', () => log('closed', bad.errored)); bad.end(); await turn();`,
  'a write that fails': `
    const w = new Writable({ objectMode: true, highWaterMark: 2, write(chunk, _, done) { setImmediate(() => done(chunk === 2 ? new Error('two') : null)); } });
    w.on('error', (error) => log('error', error)).on('close', () => log('close')).on('finish', () => log('finish')).on('drain', () => log('drain'));
    for (const n of [1, 2, 3, 4]) log(n, w.write(n, (error) => log('done', n, error ?? 'well'))); await turn(); await turn(); await turn(); log(w.write(5, (error) => log('late', error)), w.destroyed, w.errored); await turn();`,
  'a write that throws': `
    const w = new Writable({ objectMode: true, write() { throw new Error('thrown'); } }); w.on('error', (error) => log('error', error));
    try { w.write(1); } catch (error) { log('caught', error); } await turn();`,
  'writing where there is nothing to write to': `
    const w = new Writable({ write(chunk, _, done) { done(); } }); w.on('error', (error) => log('error', error)); w.end('x'); log(w.write('y', (error) => log('cb', error))); await turn();
    const d = new Writable({ write(chunk, _, done) { done(); } }); d.on('error', (error) => log('error', error)).on('close', () => log('close')); d.destroy(); log(d.write('y', (error) => log('cb', error))); await turn();
    try { new Writable({ write() {} }).write(null); } catch (error) { log(error); } try { new Writable({ write() {} }).write(5); } catch (error) { log(error.code); }
    const none = new Writable(); none.on('error', (error) => log('error', error)); try { none.write('x'); } catch (error) { log(error); } await turn();
    const twice = new Writable({ write(chunk, _, done) { done(); done(); } }); twice.on('error', (error) => log('error', error)); twice.write('x'); await turn();`,
  'push says when to wait': `
    let n = 0; const r = new Readable({ objectMode: true, highWaterMark: 3, read(size) { log('read', size, r.readableLength); } });
    log(r.push(1), r.push(2), r.push(3), r.push(4), r.readableLength); await turn(); log(r.read(), r.read(), r.readableLength); await turn(); log(r.push(null), r.read(), r.read(), r.read()); r.on('end', () => log('end')).on('close', () => log('close')); await turn(); log(r.readableEnded, r.destroyed); void n;`,
  'a source that is asked': `
    let n = 0; const r = new Readable({ objectMode: true, highWaterMark: 2, read() { n++; log('read', n); if (n < 5) setImmediate(() => log('push', n, r.push(n))); else r.push(null); } });
    r.on('end', () => log('end')).on('close', () => log('close')); for await (const chunk of r) { log('chunk', chunk, r.readableLength); await turn(); }`,
  'a flow that is paused': `
    const r = new Readable({ objectMode: true, read() {} }); r.on('data', (chunk) => { log('data', chunk, r.readableFlowing); if (chunk === 2) { r.pause(); log(r.isPaused(), r.readableFlowing); } }).on('end', () => log('end')).on('pause', () => log('pause')).on('resume', () => log('resume'));
    for (const n of [1, 2, 3, 4]) r.push(n); await turn(); log('now', r.readableLength); r.push(5); r.resume(); r.push(null); await turn(); log(r.readableFlowing);`,
  'readable, by hand': `
    const r = new Readable({ objectMode: true, highWaterMark: 2, read() {} }); r.on('readable', () => { let chunk; while ((chunk = r.read()) !== null) log('got', chunk); log('empty'); }).on('end', () => log('end'));
    r.push('a'); r.push('b'); await turn(); r.push('c'); await turn(); r.push(null); await turn();
    const b = new Readable({ read() {} }); b.push('abcdef'); b.push('ghi'); log(b.read(2), b.read(5), b.read(5), b.read()); b.unshift('back'); log(b.read());`,
  'leaving an iteration destroys the stream': `
    const r = new Readable({ objectMode: true, read() { this.push('x'); }, destroy(error, done) { log('destroy', error); done(error); } }); r.on('close', () => log('close'));
    for await (const chunk of r) { log(chunk); break; } log(r.destroyed); const kept = new Readable({ objectMode: true, read() { this.push(1); } });
    for await (const chunk of kept.iterator({ destroyOnReturn: false })) { log(chunk); break; } log(kept.destroyed);
    const failing = new Readable({ objectMode: true, read() {} }); failing.push(1); setImmediate(() => failing.destroy(new Error('later')));
    try { for await (const chunk of failing) log(chunk); } catch (error) { log('caught', error); } log(failing.errored, failing.readableAborted);
    try { for await (const chunk of failing) log(chunk); } catch (error) { log('again', error); }
    const early = new Readable({ objectMode: true, read() {} }); setImmediate(() => early.destroy()); try { for await (const chunk of early) log(chunk); } catch (error) { log(error); }`,
  'Readable.from': `
    async function* numbers() { try { for (let n = 1; n < 9; n++) { log('make', n); yield n; } } finally { log('finally'); } }
    const r = Readable.from(numbers()); log(r.readableHighWaterMark, r.readableObjectMode); for await (const n of r) { log('use', n); if (n === 3) break; }
    log(await Readable.from(['a', 'b']).toArray(), await Readable.from('text').toArray(), await Readable.from(Buffer.from('bytes')).toArray(), await Readable.from(new Set([1, Promise.resolve(2)])).toArray());
    async function* bad() { yield 1; throw new Error('bad'); } try { for await (const n of Readable.from(bad())) log(n); } catch (error) { log(error); }
    try { Readable.from(5); } catch (error) { log(error); } try { for await (const n of Readable.from([1, null])) log(n); } catch (error) { log(error); }`,
  'pipe waits for drain': `
    let n = 0; const r = new Readable({ objectMode: true, highWaterMark: 2, read() { n++; r.push(n > 6 ? null : n); } });
    const w = new Writable({ objectMode: true, highWaterMark: 2, write(chunk, _, done) { log('write', chunk, 'made', n); setImmediate(done); } });
    w.on('pipe', () => log('pipe')).on('unpipe', () => log('unpipe')).on('drain', () => log('drain')).on('finish', () => log('finish')).on('close', () => log('w close')); r.on('pause', () => log('pause')).on('end', () => log('end')).on('close', () => log('r close'));
    log(r.pipe(w) === w); await finished(w); await turn();`,
  'pipe and unpipe': `
    const r = new Readable({ objectMode: true, read() {} }), a = sink('a', log), b = sink('b', log); r.pipe(a); r.pipe(b, { end: false }); r.push(1); await turn(); r.unpipe(a); r.push(2); await turn(); r.push(null); await turn(); log(a.writableEnded, b.writableEnded, r.listenerCount('data'));`,
  'pipeline, from end to end': `
    const t = new Transform({ objectMode: true, transform(chunk, _, done) { setImmediate(done, null, chunk * 2); }, flush(done) { this.push('last'); done(); } });
    const w = sink('w', log); const r = Readable.from([1, 2, 3]); heard('r', r, log); heard('t', t, log); heard('w', w, log); log(await pipeline(r, t, w)); await turn(); log(r.destroyed, t.destroyed, w.destroyed);`,
  'pipeline of functions': `
    log(await pipeline([1, 2, 3], async function* (source) { for await (const n of source) yield n * 2; }, async function (source) { let sum = 0; for await (const n of source) sum += n; return sum; }));
    log(await pipeline(async function* () { yield 'a'; yield 'b'; }, new PassThrough({ objectMode: true }), async function* (source) { for await (const each of source) yield each + each; }, sink('w', log)));
    pipelineWith(Readable.from([1]), sink('cb', log), (error) => log('callback', error)); await turn(); await turn();
    try { await pipeline(Readable.from([1])); } catch (error) { log(error.code); } try { await pipeline(); } catch (error) { log(error.code); }`,
  'pipeline, when the source fails': `
    const r = new Readable({ objectMode: true, read() {} }), t = new PassThrough({ objectMode: true }), w = sink('w', log); heard('r', r, log); heard('t', t, log); heard('w', w, log);
    const all = pipeline(r, t, w); r.push(1); await turn(); r.destroy(new Error('source')); try { await all; } catch (error) { log('caught', error); } await turn(); log(t.destroyed, w.destroyed, w.errored);`,
  'pipeline, when the sink fails': `
    let n = 0; const r = new Readable({ objectMode: true, read() { r.push(n++); } }), w = new Writable({ objectMode: true, highWaterMark: 2, write(chunk, _, done) { setImmediate(done, chunk === 3 ? new Error('sink') : null); } });
    heard('r', r, log); heard('w', w, log); try { await pipeline(r, w); } catch (error) { log('caught', error); } await turn(); log(r.destroyed, r.errored);`,
  'pipeline, when a stage fails': `
    async function* source() { try { yield 1; yield 2; } finally { log('source is closed'); } }
    try { await pipeline(source, async function* (all) { for await (const n of all) { if (n === 2) throw new Error('stage'); yield n; } }, sink('w', log)); } catch (error) { log('caught', error); }
    const t = new Transform({ objectMode: true, transform(chunk, _, done) { done(new Error('transform ' + chunk)); } }); heard('t', t, log); try { await pipeline(Readable.from([1]), t, sink('w', log)); } catch (error) { log('caught', error); }
    const half = new Writable({ objectMode: true, write(chunk, _, done) { done(); } }); const all = pipeline(new Readable({ objectMode: true, read() {} }), half); half.destroy(); try { await all; } catch (error) { log('caught', error); }`,
  'pipeline, given up': `
    const stop = new AbortController(), r = new Readable({ objectMode: true, read() {} }), w = sink('w', log); heard('r', r, log); heard('w', w, log); const all = pipeline(r, w, { signal: stop.signal }); r.push(1); await turn(); stop.abort(new Error('enough'));
    try { await all; } catch (error) { log('caught', error, error.cause); } await turn(); try { await pipeline(Readable.from([1]), sink('x', log), { signal: AbortSignal.abort() }); } catch (error) { log('caught', error); }
    const open = sink('open', log); await pipeline(Readable.from([1, 2]), open, { end: false }); log(open.writableEnded); open.end(3); await finished(open);`,
  'transforms hold back': `
    const t = new Transform({ objectMode: true, highWaterMark: 2, transform(chunk, _, done) { log('transform', chunk, t.readableLength, t.writableLength); done(null, chunk); } });
    for (let n = 1; n <= 6; n++) log(n, t.write(n)); await turn(); log(t.readableLength, t.writableLength); log(t.read(), t.read()); await turn(); log(t.readableLength, t.writableLength); t.end(); log(await t.toArray());
    const lines = new Transform({ readableObjectMode: true, construct(done) { log('construct'); this.rest = ''; done(); }, transform(chunk, _, done) { const all = (this.rest + chunk).split('\\n'); this.rest = all.pop(); for (const line of all) this.push(line); done(); }, flush(done) { done(null, this.rest); } });
    lines.write('one\\ntw'); lines.write('o\\nthree'); lines.end(); log(await lines.toArray()); try { await new Transform().end('x').toArray(); } catch (error) { log(error); }`,
  'finished': `
    const r = new Readable({ objectMode: true, read() {} }); const end = finished(r); r.destroy(); try { await end; } catch (error) { log(error); }
    const w = sink('w', log); const cleanUp = finishedWith(w, (error) => log('finished', error)); log(typeof cleanUp); w.end(1); await turn(); await turn();
    const gone = sink('gone', log); finishedWith(gone, () => log('never'))(); gone.end(); await turn(); const stop = new AbortController(); const late = finished(sink('late', log), { signal: stop.signal }); stop.abort(); try { await late; } catch (error) { log(error); }
    const failing = sink('failing', log); const heardOf = finished(failing); failing.destroy(new Error('why')); try { await heardOf; } catch (error) { log(error); } try { await finished(failing); } catch (error) { log('after', error); } await finished(w); log('again');`,
  'destroy': `
    const r = new Readable({ read() {}, destroy(error, done) { log('destroy', error); setImmediate(done, error); } }); heard('r', r, log); r.destroy(new Error('first')); r.destroy(new Error('second')); log(r.destroyed, r.closed); await turn(); await turn(); log(r.closed, r.errored);
    const quiet = new Writable({ emitClose: false, write() {} }); heard('quiet', quiet, log); quiet.destroy(); await turn(); log(quiet.closed);
    const open = new Readable({ autoDestroy: false, read() { this.push(null); } }); heard('open', open, log); open.resume(); await turn(); log(open.destroyed);
    const stop = new AbortController(); const a = addAbortSignal(stop.signal, new Readable({ read() {} })); heard('a', a, log); stop.abort(); await turn(); log(a.errored);
    const built = new Writable({ construct(done) { log('construct'); setImmediate(done, new Error('cannot')); }, write() { log('never'); } }); heard('built', built, log); built.write('x'); await turn(); await turn();
    log(isDestroyed(r), isErrored(r), isReadable(r), isDisturbed(open));`,
  'operators': `
    const numbers = () => Readable.from([1, 2, 3, 4, 5, 6]);
    log(await numbers().map((n) => n * 2).toArray(), await numbers().filter((n) => n % 2).toArray(), await numbers().take(2).toArray(), await numbers().drop(4).toArray());
    log(await numbers().flatMap((n) => [n, n]).toArray(), await numbers().reduce((a, b) => a + b), await numbers().reduce((a, b) => a + b, 100), await numbers().some((n) => n > 5), await numbers().every((n) => n > 5), await numbers().find((n) => n > 3));
    let open = 0, most = 0; const slow = async (n) => { most = Math.max(most, ++open); await turn(); open--; return n; }; log(await numbers().map(slow, { concurrency: 3 }).toArray(), most);
    await numbers().forEach((n) => log('each', n)); try { await numbers().map(() => { throw new Error('map'); }).toArray(); } catch (error) { log(error); } try { numbers().map(5); } catch (error) { log(error.code); } try { await numbers().take(-1).toArray(); } catch (error) { log(error.code); }
    const stop = new AbortController(); const kept = numbers().map(async (n, { signal }) => { if (n === 2) stop.abort(); return [n, signal.aborted]; }, { signal: stop.signal }); try { for await (const each of kept) log(each); } catch (error) { log(error.name); }`,
  'duplex streams': `
    const d = Duplex.from(async function* (source) { for await (const each of source) yield String(each).toUpperCase(); }); d.end('a'); log(await d.toArray());
    const [left, right] = duplexPair({ objectMode: true, highWaterMark: 2 }); right.on('data', (chunk) => { log('right', chunk); right.write('re: ' + chunk); }).on('end', () => log('right end')); left.on('data', (chunk) => log('left', chunk)).on('close', () => log('left close')); left.write('hello'); await turn(); left.end(); await turn(); right.end(); await turn();
    const both = new Duplex({ objectMode: true, readableHighWaterMark: 1, writableHighWaterMark: 5, read() {}, write(chunk, _, done) { log('write', chunk); done(); }, final(done) { this.push('bye'); this.push(null); done(); } }); log(both.readableHighWaterMark, both.writableHighWaterMark, both.allowHalfOpen); both.end('x'); log(await both.toArray());
    log(await compose(Readable.from([1, 2]), async function* (source) { for await (const n of source) yield n + 1; }).toArray(), await Readable.from(['x']).compose(async function* (source) { for await (const each of source) yield each + '!'; }).toArray());
    log(Stream.promises.pipeline === pipeline, Stream.promises.finished === finished, Stream.Readable === Readable, Stream.Stream === Stream); log(both instanceof Readable, both instanceof Writable, both instanceof Stream, both instanceof EventEmitter, new Readable() instanceof Writable);`,
  'text that is cut in the middle of a letter': `
    const r = new Readable({ encoding: 'utf8', read() {} }); const euro = Buffer.from('a€b'); r.push(euro.subarray(0, 2)); r.push(euro.subarray(2)); r.push(null); log(await r.toArray()); const h = new Readable({ read() {} }).setEncoding('hex'); h.push('hi'); h.push(null); log(await h.toArray());`,
  'classes of one’s own': `
    class Counter extends Readable { #n = 0; constructor(private_) { super({ objectMode: true, highWaterMark: 1, ...private_ }); } _read() { this.push(this.#n < 3 ? { n: this.#n++ } : null); } toString() { return 'a counter'; } }
    class Sum extends Writable { total = 0; constructor() { super({ objectMode: true }); } _write({ n }, _, done) { this.total += n; done(); } _final(done) { log('sum', this.total); done(); } }
    const source = new Counter(); log(String(source), source.constructor.name, source instanceof Readable); const sum = new Sum(); await pipeline(source, sum); log(sum.total); const lazy = new Readable({ objectMode: true }); lazy._read = () => {}; lazy.push(1); log(lazy.read());
    const bare = new Readable(); bare.on('error', (error) => log('error', error)); bare.read(); await turn(); const after = new Readable({ read() {} }); after.on('error', (error) => log('error', error)); after.push(null); after.push('x'); await turn(); try { new Readable({ highWaterMark: -1 }); } catch (error) { log(error); }`,
  'an emitter': `
    const e = new EventEmitter(); const a = () => log('a'), b = () => { log('b'); e.off('x', c); e.on('x', d); }, c = () => log('c'), d = () => log('d');
    e.on('newListener', (name, listener) => log('new', name, listener.name)).on('removeListener', (name, listener) => log('gone', name, listener.name)); e.on('x', b).prependListener('x', a).addListener('x', c); log(e.emit('x', 1), e.emit('y')); e.emit('x'); e.once('z', (...args) => { log('z', args); return 5; }); log(e.emit('z', 1, 2), e.emit('z')); e.prependOnceListener('x', () => log('first')); e.emit('x');
    log(e.eventNames(), e.listenerCount('x'), e.listenerCount('x', d), e.listeners('x').length, e.rawListeners('newListener').length); e.removeAllListeners('x'); log(e.eventNames()); const symbol = Symbol('s'); e.on(symbol, function () { log(this === e); }); e.emit(symbol); e.removeAllListeners(); log(e.eventNames());
    try { e.on('x', 5); } catch (error) { log(error); } log(e.getMaxListeners(), EventEmitter.defaultMaxListeners, e.setMaxListeners(3) === e, e.getMaxListeners()); try { e.setMaxListeners(-1); } catch (error) { log(error); }
    const twice = () => log('twice'); e.on('t', twice).on('t', twice); e.off('t', twice); e.emit('t'); const once1 = () => log('once'); e.once('o', once1); log(e.listeners('o')[0] === once1, e.rawListeners('o')[0] === once1); e.off('o', once1); log(e.listenerCount('o'), getEventListeners(e, 't').length, listenerCount(e, 't'));`,
  'errors of an emitter': `
    const e = new EventEmitter(); const why = new Error('why'); try { e.emit('error', why); } catch (error) { log(error === why); } try { e.emit('error', 'text'); } catch (error) { log(error, error.code, error.context); } try { e.emit('error'); } catch (error) { log(error.code); }
    e.on(errorMonitor, (error) => log('seen', error)); try { e.emit('error', why); } catch (error) { log('thrown', error); } e.on('error', (error) => log('handled', error)); log(e.emit('error', why));
    const c = new EventEmitter({ captureRejections: true }); c.on('x', async () => { throw new Error('async'); }).on('error', (error) => log('captured', error)); c.emit('x'); await turn(); c[captureRejectionSymbol] = (error, name, ...args) => log('own', error, name, args); c.emit('x', 1); await turn();
    class Old { constructor() { EventEmitter.call(this); } } Object.setPrototypeOf(Old.prototype, EventEmitter.prototype); const o = new Old(); o.on('x', () => log('old')); o.emit('x'); log(o instanceof EventEmitter, EventEmitter.EventEmitter === EventEmitter, new EventEmitter().emit.name);`,
  'an event to wait for': `
    const e = new EventEmitter(); setImmediate(() => e.emit('x', 1, 2)); log(await once(e, 'x'), e.listenerCount('error')); setImmediate(() => e.emit('error', new Error('instead'))); try { await once(e, 'x'); } catch (error) { log(error); } log(e.eventNames()); setImmediate(() => e.emit('error', 'as an event')); log(await once(e, 'error'));
    const stop = new AbortController(); setImmediate(() => stop.abort('reason')); try { await once(e, 'x', { signal: stop.signal }); } catch (error) { log(error, error.code, error.cause); } log(e.eventNames()); try { await once(e, 'x', { signal: AbortSignal.abort() }); } catch (error) { log(error.name); }
    const t = new EventTarget(); setImmediate(() => t.dispatchEvent(new Event('y'))); const [event] = await once(t, 'y'); log(event.type); try { await once({}, 'x'); } catch (error) { log(error); } try { await once(e, 'x', 5); } catch (error) { log(error); }`,
  'events to iterate over': `
    const e = new EventEmitter(); const all = on(e, 'x'); e.emit('x', 1); e.emit('x', 2, 'two'); setImmediate(() => { e.emit('x', 3); e.emit('x', 4); }); for await (const args of all) { log(args); if (args[0] === 4) break; } log(e.eventNames(), await all.next());
    const failing = on(e, 'x'); e.emit('x', 5); e.emit('error', new Error('in between')); log((await failing.next()).value); try { await failing.next(); } catch (error) { log(error); } log((await failing.next()).done);
    const stop = new AbortController(); const given = on(e, 'x', { signal: stop.signal }); setImmediate(() => stop.abort()); try { for await (const args of given) log(args); } catch (error) { log(error, error.code); } log(e.eventNames()); try { on(e, 'x', { signal: AbortSignal.abort() }); } catch (error) { log(error.name); }
    const closing = on(e, 'x', { close: ['end'] }); e.emit('x', 6); e.emit('end'); for await (const args of closing) log(args); log('closed'); const waiting = on(e, 'x'); const both = Promise.all([waiting.next(), waiting.next()]); e.emit('x', 7); e.emit('x', 8); log((await both).map(({ value }) => value)); const open = waiting.next(); await waiting.return(); log((await open).done);
    class Slow extends EventEmitter { pause() { log('pause'); } resume() { log('resume'); } } const slow = new Slow(); const few = on(slow, 'x', { highWaterMark: 2, lowWaterMark: 2 }); for (const n of [1, 2, 3, 4]) { slow.emit('x', n); log(n); } for (const n of [1, 2, 3, 4]) log('took', n, (await few.next()).value);
    const thrown = on(e, 'x'); thrown.throw(new Error('thrown')); try { await thrown.next(); } catch (error) { log(error); } try { thrown.throw(5); } catch (error) { log(error.code); } const t = new EventTarget(); const heard = on(t, 'y'); t.dispatchEvent(new Event('y')); log((await heard.next()).value[0].type);`,
  'promises of time': `
    log(await timers.setTimeout(2, 'two'), await timers.setTimeout(), await timers.setImmediate('now'), await timers.scheduler.wait(1), await timers.scheduler.yield()); let n = 0; for await (const value of timers.setInterval(1, 'tick')) { log(value, n); if (++n === 3) break; }
    const stop = new AbortController(); setImmediate(() => stop.abort('why')); try { await timers.setTimeout(60_000, 'never', { signal: stop.signal }); } catch (error) { log(error, error.code, error.cause); } const past = { signal: AbortSignal.abort() }; for (const run of [() => timers.setTimeout(1, 1, past), () => timers.setImmediate(1, past), () => timers.scheduler.wait(1, past), () => timers.setInterval(1, 1, past).next()]) { try { await run(); } catch (error) { log(error.name); } }
    const later = new AbortController(); setImmediate(() => later.abort()); try { for await (const _ of timers.setInterval(60_000, 1, { signal: later.signal })) log('never'); } catch (error) { log(error.name); } try { await timers.setTimeout('5'); } catch (error) { log(error); } try { await timers.setTimeout(1, 1, 5); } catch (error) { log(error); } try { await timers.setTimeout(1, 1, { ref: 1 }); } catch (error) { log(error); } try { await timers.setImmediate(1, { signal: 1 }); } catch (error) { log(error); } try { new timers.scheduler.constructor(); } catch (error) { log(error.code); }`,
  'bytes': `
    const b = Buffer.from('añ€😀'); log(b, b.length, b.toString(), b.toString('hex'), b.toString('base64'), b.toString('latin1'), b.toString('utf8', 1, 3), Buffer.byteLength('añ€😀')); log(Buffer.from('4a4b', 'hex'), Buffer.from('SGk=', 'base64'), Buffer.from([256, -1, 3.7]), Buffer.from('ab', 'utf16le').length, Buffer.alloc(3, 'ab'), Buffer.concat([Buffer.from('a'), Buffer.from('b')], 5).length);
    const i = Buffer.alloc(8); i.writeUInt32BE(0xdeadbeef); i.writeInt16LE(-2, 4); log(i.toString('hex'), i.readUInt32BE(), i.readInt16LE(4), i.readUInt8(0)); log(Buffer.compare(Buffer.from('a'), Buffer.from('b')), Buffer.from('a').equals(Buffer.from('a')), Buffer.isBuffer(i), Buffer.isBuffer(new Uint8Array(1)), i instanceof Uint8Array, Buffer.isEncoding('UTF-8'), Buffer.isEncoding('x'));
    const whole = Buffer.from('abcdef'); const part = whole.subarray(1, 3); part[0] = 120; log(String(whole), String(part), whole.indexOf('d'), whole.includes('ef'), whole.lastIndexOf('z'), JSON.stringify(Buffer.from('a')), [...Buffer.from('ab').entries()].length, String(whole.fill('-', 4)), whole.slice(-2).length, whole.copy(i, 0, 0, 2), String(Buffer.from('b').swap16 === undefined)); try { i.readUInt32BE(6); } catch (error) { log(error.name); } try { Buffer.from(5); } catch (error) { log(error.name); } try { Buffer.alloc(-1); } catch (error) { log(error.name); } log(isUtf8(Buffer.from('ä')), isUtf8(Buffer.from([0xff])), isAscii(Buffer.from('ä')), atob(btoa('x')), Buffer.from(whole).map((x) => x + 1) instanceof Uint8Array);`,
}; // prettier-ignore

const names = Object.keys(cases);

/** One program that goes through all of them; its log is what it writes to the console. */
export const providedProgram: SourceFiles = {
  'solution.ts': `
import Stream, { addAbortSignal, compose, Duplex, duplexPair, finished as finishedWith, getDefaultHighWaterMark, isDestroyed, isDisturbed, isErrored, isReadable, PassThrough, pipeline as pipelineWith, Readable, Transform, Writable } from 'node:stream';
import { finished, pipeline } from 'stream/promises';
import EventEmitter, { captureRejectionSymbol, errorMonitor, getEventListeners, listenerCount, on, once } from 'node:events';
import * as timers from 'timers/promises';
import { atob, btoa, Buffer, isAscii, isUtf8 } from 'buffer';

type Log = (...values: any[]) => void;
const turn = async () => { for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve)); };
const sink = (name: string, log: Log) => new Writable({ objectMode: true, highWaterMark: 2, write(chunk, _, done) { log(name, 'write', chunk); setImmediate(done); } });
function heard(name: string, stream: any, log: Log) { for (const event of ['end', 'finish', 'error', 'close']) stream.on(event, (error: unknown) => log(name, event, ...(error ? [error] : []))); }
function textOf(value: any): string {
  if (value instanceof Error) return value.name + ' ' + ((value as any).code ?? '-') + ' ' + value.message;
  if (value instanceof Uint8Array) return '<' + [...value].join(' ') + '>';
  if (Array.isArray(value)) return '[' + value.map(textOf).join(', ') + ']';
  return typeof value === 'function' ? 'function ' + value.name : String(value);
}
const cases: [string, (log: Log) => Promise<unknown>][] = [
${names.map((name) => `[${JSON.stringify(name)}, async (log) => {${(cases[name] as string).replaceAll('\n', ' ')} }],`).join('\n')}
];
export default async function run() {
  for (const [name, check] of cases) {
    const log: Log = (...values) => console.log(name + ': ' + values.map(textOf).join(' '));
    try { await check(log); } catch (error) { log('stopped', error); }
  }
}
`,
};
