// What '@spillway/lab' offers, as one declaration file for the editor: what the entry exports and what that
// refers to, with its comments, and nothing else of the lab.

import ts from 'typescript';

type Sources = Readonly<Record<string, string>>;

/** A declaration of one file, and the names of other declarations that it mentions. */
interface Found {
  readonly file: string;
  readonly name: string;
}

const options: ts.CompilerOptions = {
  declaration: true,
  emitDeclarationOnly: true,
  strict: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  lib: ['lib.es2023.d.ts'],
  types: [],
};

/** Declarations by path, for the entry and all that it imports. Paths begin with a slash. */
function emitDeclarations(sources: Sources, entry: string): Map<string, ts.SourceFile> {
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (path, version, ...rest) => {
    const text = sources[path];
    return text === undefined
      ? getSourceFile.call(host, path, version, ...rest)
      : ts.createSourceFile(path, text, version);
  };
  host.fileExists = (path) => path in sources || fileExists.call(host, path);
  host.readFile = (path) => sources[path] ?? readFile.call(host, path);
  delete host.directoryExists; // The folders of our sources are nowhere on the disk.
  const declarations = new Map<string, ts.SourceFile>();
  const { diagnostics, emitSkipped } = ts.createProgram([entry], options, host).emit(undefined, (path, text) => {
    const source = path.replace(/\.d\.ts$/, '.ts');
    declarations.set(source, ts.createSourceFile(source, text, ts.ScriptTarget.ESNext, true));
  });
  if (emitSkipped || declarations.size === 0) {
    const reasons = diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    throw new Error(`No declarations came of ${entry}. ${reasons.join('\n')}`);
  }
  return declarations;
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file://${from}`).pathname;
}

/** The declarations of one file by name, and its imports and re-exports by local name. */
class DeclarationFile {
  readonly declared = new Map<string, ts.DeclarationStatement | ts.VariableStatement>();
  readonly borrowed = new Map<string, Found>();
  readonly source: ts.SourceFile;

  constructor(source: ts.SourceFile) {
    this.source = source;
    for (const statement of source.statements) {
      if (ts.isImportDeclaration(statement))
        this.#borrow(statement.moduleSpecifier, statement.importClause?.namedBindings);
      else if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined)
        this.#borrow(statement.moduleSpecifier, statement.exportClause);
      else if (ts.isVariableStatement(statement)) {
        for (const { name } of statement.declarationList.declarations)
          this.declared.set(name.getText(source), statement);
      } else if ('name' in statement) {
        const { name } = statement as ts.DeclarationStatement;
        if (name !== undefined) this.declared.set(name.getText(source), statement as ts.DeclarationStatement);
      }
    }
  }

  #borrow(specifier: ts.Expression, names: ts.NamedImportBindings | ts.NamedExportBindings | undefined): void {
    if (!ts.isStringLiteral(specifier) || names === undefined || !('elements' in names)) return;
    for (const { name, propertyName } of names.elements) {
      this.borrowed.set(name.text, {
        file: resolve(this.source.fileName, specifier.text),
        name: (propertyName ?? name).text,
      });
    }
  }
}

/** The text of a declaration with its doc comment, as it stands inside a module. */
function textOf(node: ts.Statement, source: ts.SourceFile, isExported: boolean): string {
  const full = source.text;
  const comment = (ts.getLeadingCommentRanges(full, node.getFullStart()) ?? [])
    .map(({ pos, end }) => full.slice(pos, end))
    .findLast((text) => text.startsWith('/**'));
  const code = node.getText(source).replace(/^(?:export |declare |default )+/, isExported ? 'export ' : '');
  return comment === undefined ? code : `${comment}\n${code}`;
}

/**
 * The declaration of module `name` from the sources of its files, by absolute path. Throws when two
 * different declarations of one name would meet.
 */
export function bundleTypes(sources: Sources, entry: string, name: string): string {
  const files = new Map([...emitDeclarations(sources, entry)].map(([path, file]) => [path, new DeclarationFile(file)]));

  /** Where a name that a file uses is declared; null for a name that is not ours, such as Promise. */
  function find({ file, name: wanted }: Found): Found | null {
    const known = files.get(file);
    if (known === undefined) return null;
    if (known.declared.has(wanted)) return { file, name: wanted };
    const borrowed = known.borrowed.get(wanted);
    return borrowed === undefined ? null : find(borrowed);
  }

  const first = files.get(entry);
  if (first === undefined) throw new Error(`There is no file ${entry}.`);
  const exported = [
    ...first.borrowed,
    ...[...first.declared.keys()].map((each) => [each, { file: entry, name: each }] as const),
  ];
  const texts = new Map<string, string>();
  const places = new Map<string, string>();
  const open: { found: Found; isExported: boolean }[] = [];
  for (const [as, from] of exported) {
    const found = find(from);
    if (found === null || found.name !== as) throw new Error(`${entry} exports ${as}, which cannot be found as such.`);
    open.push({ found, isExported: true });
  }
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { found, isExported } = next;
    if (places.has(found.name)) {
      if (places.get(found.name) !== found.file)
        throw new Error(`${found.name} is declared in ${places.get(found.name)} and in ${found.file}. Rename one.`);
      continue;
    }
    places.set(found.name, found.file);
    const file = files.get(found.file) as DeclarationFile;
    const node = file.declared.get(found.name) as ts.Statement;
    texts.set(found.name, textOf(node, file.source, isExported));
    const visit = (child: ts.Node): void => {
      if (ts.isIdentifier(child) && child.text !== found.name) {
        const used = find({ file: found.file, name: child.text });
        if (used !== null) open.push({ found: used, isExported: false });
      }
      ts.forEachChild(child, visit);
    };
    visit(node);
  }
  const body = [...texts.values()]
    .join('\n')
    .replace(/^/gm, '  ')
    .replace(/[ \t]+$/gm, '');
  return `declare module '${name}' {\n${body}\n  export {};\n}\n`;
}
