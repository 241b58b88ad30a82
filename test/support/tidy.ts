import * as z from 'zod';
import { folderOf, importsOf, nameOf, type SourceFile } from './tree.ts';

/** What a check complains of: where, and what to do. */
export type Finding = { readonly path: string; readonly line?: number; readonly what: string };

/** One rule of the house that no other tool checks. */
export type Check = (files: readonly SourceFile[]) => Finding[];

/** The rooms that hold code; a folder beside them is a decision, not an accident. */
const ROOMS = new Set(
  'adapters bin console core datasets docs functions layers lib test'.split(' '),
);
const FOLDERS_BELOW_ROOM_MAX = 2;
const LINES_MAX = 300;
const COLUMNS_MAX = 100;
const FILE_BYTES_MAX = 256 * 1024;

const isCode = ({ path }: SourceFile): boolean => /\.(ts|js|mjs)$/.test(path);
const isTypeScript = ({ path }: SourceFile): boolean => path.endsWith('.ts');
const isTest = ({ path }: SourceFile): boolean => path.startsWith('test/');

/** A finding for each line that a pattern matches. */
const linesMatching = (file: SourceFile, pattern: RegExp, what: string): Finding[] =>
  file.text
    .split('\n')
    .flatMap((text, at) => (pattern.test(text) ? [{ path: file.path, line: at + 1, what }] : []));

const fileLength: Check = (files) =>
  files.filter(isCode).flatMap(({ path, text }) => {
    const lines = text.split('\n').length - 1;
    return lines > LINES_MAX ? [{ path, what: `${lines} lines, at most ${LINES_MAX}` }] : [];
  });

/** One text or pattern that no formatter can break; a message is easier to find whole. */
const UNBREAKABLE = /'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|\/(?:[^/\\\n]|\\.)+\//g;
const lineLength: Check = (files) =>
  files.filter(isTypeScript).flatMap((file) =>
    file.text.split('\n').flatMap((line, index) => {
      const isComment = /^\s*(?:\/\/|\/?\*)/.test(line);
      const counted = isComment ? line : line.replace(UNBREAKABLE, "''").replace(/`.*$/, '`');
      if ([...counted].length <= COLUMNS_MAX) return [];
      return [{ path: file.path, line: index + 1, what: 'over 100 columns' }];
    }),
  );

const fileSize: Check = (files) =>
  files
    .filter(({ path, bytes }) => bytes > FILE_BYTES_MAX && nameOf(path) !== 'package-lock.json')
    .map(({ path, bytes }) => ({ path, what: `${bytes} bytes do not belong into a repository` }));

// In pieces, or this file would find itself.
const LEFTOVER = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'].join('|')})\\b`);
const leftovers: Check = (files) =>
  files.flatMap((file) => linesMatching(file, LEFTOVER, 'do it, or decide against it'));

const EXPORTED = /^export (?:abstract )?(?:const|function\*?|class|type|let) (\w+)/gm;
const BANNED_PART = /^(manager|helpers?|utils?|common|misc|data2)$/i;
const wordsOf = (name: string): string[] =>
  name.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).filter(Boolean);
const bannedNames: Check = (files) =>
  files.filter(isCode).flatMap(({ path, text }) => {
    const names = [path, ...[...text.matchAll(EXPORTED)].map(([, name = '']) => name)];
    return names
      .filter((name) => wordsOf(name).some((word) => BANNED_PART.test(word)))
      .map((name) => ({ path, what: `the name ${name} says nothing: what is it for?` }));
  });

/** Node, vitest, the tests' runner and `headgate test` find these themselves. */
const isEntry = ({ path, text }: SourceFile): boolean =>
  nameOf(path) === 'main.ts' ||
  /\.(test|config|d|cases)\.ts$/.test(path) ||
  text.includes('import.meta.main');

/** A file of no use outside its own test is dead, so only real code keeps real code alive. */
/** Used by tests alone for now, and right so: each with its reason. */
const USED_BY_TESTS: Readonly<Record<string, string>> = {
  'bin/local/roles.ts': 'the end-to-end driver sees the local AWS with the eyes of a role',
  'core/stream/protobuf.ts': 'no dataset declares a message yet',
  'adapters/engine/avro-datum.ts': 'no dataset declares an Avro schema of a stream yet',
};
/** Settings that name the files which a tool loads. */
const namesFiles = ({ path }: SourceFile): boolean =>
  ['cdk.json', 'stryker.config.json'].includes(nameOf(path));
const everyFileIsUsed: Check = (files) => {
  const code = files.filter((file) => isCode(file) || namesFiles(file));
  const living = (file: SourceFile) => code.filter((other) => isTest(file) || !isTest(other));
  const uses = (other: SourceFile, { path }: SourceFile): boolean =>
    importsOf(other).includes(path) ||
    (other.path !== path && [path, nameOf(path)].some((name) => other.text.includes(`${name}'`))) ||
    (namesFiles(other) && other.text.includes(path));
  return code
    .filter(isTypeScript)
    .filter(({ path }) => USED_BY_TESTS[path] === undefined)
    .filter((file) => !isEntry(file) && !living(file).some((other) => uses(other, file)))
    .map(({ path }) => ({ path, what: 'no file imports it' }));
};

/** Rooms that must have a catalogue; a folder that has an index.ts is one as well. */
const CATALOGUES = ['core/fields', 'core/rules', 'core/transforms', 'datasets', 'bin/commands'];
const catalogued: Check = (files) => {
  const found = files.map(({ path }) => path).filter((path) => nameOf(path) === 'index.ts');
  const folders = new Set([...CATALOGUES, ...found.map(folderOf)]);
  return [...folders].flatMap((folder) => missingFromIndex(folder, files));
};

const missingFromIndex = (folder: string, files: readonly SourceFile[]): Finding[] => {
  const room = files.filter((file) => isTypeScript(file) && folderOf(file.path) === folder);
  const byPath = new Map(room.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const next = [`${folder}/index.ts`];
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    next.push(...importsOf(file));
  }
  return room
    .filter(({ path }) => !reached.has(path) && !path.endsWith('.cases.ts'))
    .map(({ path }) => ({ path, what: `${folder}/index.ts does not reach it` }));
};

const functionsAreKnown: Check = (files) => {
  const lib = files.filter(({ path }) => path.startsWith('lib/'));
  const architecture = files.find(({ path }) => path === 'docs/architecture.md')?.text ?? '';
  const mains = files.filter(({ path }) => /^functions\/[^/]+\/main\.ts$/.test(path));
  return mains.flatMap(({ path }) => {
    const name = nameOf(folderOf(path));
    const word = new RegExp(`\\b${name}\\b`, 'i');
    const inLib = lib.some(({ text }) => new RegExp(`['"/]${name}['"/]`).test(text));
    return [
      ...(inLib ? [] : [{ path, what: `nothing in lib/ deploys '${name}'` }]),
      ...(word.test(architecture) ? [] : [{ path, what: `docs/architecture.md has no '${name}'` }]),
    ];
  });
};

const UNRUN =
  /\b(?:test|it|describe)(?:\.\w+)*\.(?:skip|only|todo|fails|skipIf|runIf)\b|\bctx\.skip\(/;
const everyTestRuns: Check = (files) =>
  files
    .filter(isTest)
    .flatMap((file) => linesMatching(file, UNRUN, 'a test that does not run proves nothing'));

const MACHINE_PATH = /(?<![\w.~-])\/(?:work|root|home|Users)\/\w/;
const REGISTRY = /\bregistry\s*=|\bindex-url\b|"resolved":\s*"http|https?:\/\/[^\s/]*\bregistry\b/;
const noMachines: Check = (files) =>
  files.flatMap((file) => [
    ...linesMatching(file, MACHINE_PATH, 'a path of one machine'),
    ...linesMatching(file, REGISTRY, 'a registry is the business of who installs'),
  ]);

const Manifest = z.record(z.string(), z.unknown());
const Versions = z.record(z.string(), z.string()).default({});
const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies'];
const pinsOfPackage = ({ path, text }: SourceFile): Finding[] => {
  const manifest = Manifest.parse(JSON.parse(text));
  return DEPENDENCIES.flatMap((kind) => Object.entries(Versions.parse(manifest[kind])))
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => ({ path, what: `${name} ${version} is no exact version` }));
};
const pinsOfPython = ({ path, text }: SourceFile): Finding[] =>
  text
    .split('\n')
    .filter((line) => /^\s*\w/.test(line) && !/^\s*\w[\w.[\]-]*==\w/.test(line))
    .map((line) => ({ path, what: `${line.trim()} is no exact version` }));
const exactPins: Check = (files) => [
  ...files.filter(({ path }) => nameOf(path) === 'package.json').flatMap(pinsOfPackage),
  ...files.filter(({ path }) => /requirements.*\.txt$/.test(path)).flatMap(pinsOfPython),
];

const roomsAndDepth: Check = (files) =>
  files.flatMap(({ path }) => {
    const folders = path.split('/').slice(0, -1);
    const [room] = folders;
    if (room === undefined || room.startsWith('.')) return [];
    if (!ROOMS.has(room)) return [{ path, what: `${room}/ is no room of this house` }];
    return folders.length > FOLDERS_BELOW_ROOM_MAX + 1
      ? [{ path, what: `more than ${FOLDERS_BELOW_ROOM_MAX} folders below ${room}/` }]
      : [];
  });

const oneTitle: Check = (files) =>
  files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) => {
      const titles = text.replace(/^```[\s\S]*?^```/gm, '').match(/^# /gm)?.length ?? 0;
      return titles === 1 ? [] : [{ path, what: `${titles} titles instead of one` }];
    });

/** Every check, by the name a failing test shows. */
export const checks = {
  fileLength,
  lineLength,
  fileSize,
  leftovers,
  bannedNames,
  everyFileIsUsed,
  catalogued,
  functionsAreKnown,
  everyTestRuns,
  noMachines,
  exactPins,
  roomsAndDepth,
  oneTitle,
} as const satisfies Record<string, Check>;
export type CheckName = keyof typeof checks;

/** `path:line what`, one line each, as editors understand it. */
export const printed = (findings: readonly Finding[]): string[] =>
  findings.map(({ path, line, what }) => `${path}${line === undefined ? '' : `:${line}`} ${what}`);
