import { createVSIX } from '@vscode/vsce';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from './sources';
import { zipEntries } from './zipEntries';

/** Bytes that the installable package may have; the pictures of the walkthrough, in two themes, are some 240,000 of them. */
const packageBudget = 1_080_000;

/**
 * Bytes that a minified program may have before it is packed: the debugger, expectations and captures need some 150,000,
 * what is tried on a file 25,000, and tools for language models some 10,000.
 */
const bundleBudgets: Readonly<Record<string, number>> = { 'extension.js': 1_810_000, 'webview.js': 250_000 };

/**
 * A folder that has what a fresh clone has once it is built. Each file is held against forty patterns, and most files
 * here are downloaded editors and browsers.
 */
function withoutDownloads(): string {
  const folder = path.join(root, '.vscode-test/packaged');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(root).filter((each) => !['node_modules', '.git', '.vscode-test'].includes(each)))
    symlinkSync(path.join(root, name), path.join(folder, name));
  return folder;
}

/** Everything that may be in the package. */
const expectedFiles = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt|(iptest-)?language-configuration\.json)$/,
  /^extension\/syntaxes\/[a-z-]+\.tmLanguage\.json$/,
  /^extension\/media\/icon\.png$/,
  /^extension\/sample\/[\w.-]+$/,
  /^extension\/media\/walkthrough\/[a-z-]+\.png$/,
  /^extension\/dist\/(extension\.js|webview\.js|webview\.css|codicon\.css|codicon\.ttf)$/,
];

interface Manifest {
  readonly main: string;
  readonly browser: string;
  readonly icon: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly languages: readonly {
      readonly id: string;
      readonly extensions: readonly string[];
      readonly firstLine?: string;
      readonly configuration: string;
    }[];
    readonly grammars: readonly { readonly path: string }[];
    readonly commands: readonly { readonly command: string; readonly category?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly keybindings: readonly { readonly command: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly description: string;
        readonly media: { readonly image: Readonly<Record<string, string>>; readonly altText: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
  };
}

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const { contributes } = manifest;
const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
const pictures = steps.flatMap(({ media }) => Object.values(media.image));

describe('the manifest', () => {
  test('names only files that exist', () => {
    const files = [
      manifest.icon,
      ...contributes.languages.map((language) => language.configuration),
      ...contributes.grammars.map((grammar) => grammar.path),
      ...pictures,
    ];
    expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  test('shows its commands under one category', () => {
    expect([...new Set(contributes.commands.map(({ category }) => category))]).toEqual(['iptables']);
  });

  test('puts only declared commands on menus and keys', () => {
    const declared = new Set(contributes.commands.map(({ command }) => command));
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(({ command }) => command);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((command) => !declared.has(command))).toEqual([]);
  });

  test('installs nothing beside the extension: everything is bundled', () => {
    expect(manifest.dependencies ?? {}).toEqual({});
  });

  test('never starts the extension with the editor, but in a workspace with expectations', () => {
    const others = manifest.activationEvents.filter(
      (event) =>
        !/^(onLanguage|onWebviewPanel|onCommand|onFileSystem|onDebugResolve|onDebugDynamicConfigurations):/.test(event),
    );
    expect(others).toEqual(['workspaceContains:**/*.iptest']);
  });

  test('leaves *.rules to others: the extension means too many things', () => {
    expect(contributes.languages.flatMap((language) => language.extensions)).not.toContain('.rules');
  });

  test('has an icon of at least 128 pixels', () => {
    const png = readFileSync(path.join(root, manifest.icon));
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(Math.min(png.readUInt32BE(16), png.readUInt32BE(20))).toBeGreaterThanOrEqual(128);
  });

  test.each<[string, boolean]>([
    ['# Generated by iptables-save v1.8.4 on Tue Jul  5 09:20:17 2022', true],
    ['# Generated by iptables-save v1.8.9 (nf_tables) on Tue Jul  5 09:20:17 2022', true],
    ['# Generated by ip6tables-save v1.8.9 on Tue Jul  5 09:20:17 2022', true],
    ['# Generated by iptables-nft-save v1.8.2 on Tue Jul  5 09:20:17 2022', true],
    ['# Generated by xtables-save v1.8.2 on Tue Jul  5 09:20:17 2022', true],
    ['# Warning: iptables-legacy tables present, use iptables-legacy-save to see them', true],
    ['*filter', true],
    ['* nat', true],
    ['*security', true],
    ['* naturally', false],
    ['*nat rules below', false],
    ['# Generated by nft', false],
    ['table ip filter {', false],
  ])('first line %s: %s', (line, expected) => {
    expect(
      contributes.languages.some(({ firstLine }) => firstLine !== undefined && new RegExp(firstLine).test(line)),
    ).toBe(expected);
  });
});

describe('the lock file', () => {
  const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, object>> };

  test('names no download host', () => {
    expect(
      Object.entries(lock.packages)
        .filter(([, entry]) => 'resolved' in entry)
        .map(([name]) => name),
    ).toEqual([]);
    expect(read('package-lock.json')).not.toMatch(/https?:\/\/[^"/]*(registry|proxy|mirror)/);
  });
});

describe('the walkthrough', () => {
  test('has a picture for each theme, with words for those who do not see it', () => {
    expect(steps).toHaveLength(4);
    for (const { media } of steps) {
      expect(Object.keys(media.image).sort()).toEqual(['dark', 'hc', 'hcLight', 'light']);
      expect(media.altText.length).toBeGreaterThan(40);
    }
  });

  test('leads to commands that exist, and its steps are done by what happens', () => {
    const declared = new Set(contributes.commands.map(({ command }) => command));
    const contexts = readdirSync(path.join(root, 'src/host'))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => read(`src/host/${file}`))
      .join('\n');
    for (const { description, completionEvents } of steps) {
      const commands = [...description.matchAll(/\(command:([\w.]+)/g)].map(([, command = '']) => command);
      expect(commands.filter((each) => each.startsWith('iptables.') && !declared.has(each))).toEqual([]);
      expect(completionEvents.length).toBeGreaterThan(0);
      for (const event of completionEvents) {
        const [kind = '', name = ''] = event.split(':');
        expect(kind === 'onCommand' ? declared.has(name) : kind === 'onContext' && contexts.includes(`'${name}'`)).toBe(
          true,
        );
      }
    }
  });
});

describe('the pictures of the README', () => {
  const shown = [
    ...read('README.md').matchAll(
      /<picture>\s*<source media="[^"]*dark[^"]*" srcset="([^"]+)">\s*<img src="([^"]+)" alt="([^"]+)">/g,
    ),
  ];

  test('are there in both themes, with words for those who do not see them', () => {
    expect(shown.length).toBe([...read('README.md').matchAll(/<picture>/g)].length);
    for (const [, dark = '', light = '', alt = ''] of shown) {
      expect(dark.replace('dark', 'light')).toBe(light);
      expect(alt.length).toBeGreaterThan(30);
      for (const file of [dark, light]) expect(statSync(path.join(root, file)).size).toBeLessThan(500_000);
    }
  });

  test('one of them moves', () => {
    // An animated PNG has its number of pictures in a chunk of its own.
    const moving = shown.filter(([, dark = '']) => readFileSync(path.join(root, dark)).includes('acTL'));
    expect(moving).toHaveLength(1);
  });
});

describe('the samples', () => {
  const samples = JSON.parse(read('sample/samples.json')) as readonly Readonly<Record<string, string>>[];

  test('are all the files of their folder, each with a line on what it is for', () => {
    const files = readdirSync(path.join(root, 'sample')).filter((file) => file !== 'samples.json');
    expect(samples.map(({ file }) => file).sort()).toEqual(files.sort());
    for (const { title = '', description = '' } of samples) {
      expect([title.length, description.length].every((length) => length > 10 && length < 110)).toBe(true);
    }
  });
});

describe('the package', () => {
  const file = path.join(root, '.vscode-test/iptables-lens.vsix');

  beforeAll(async () => {
    await createVSIX({
      cwd: withoutDownloads(),
      packagePath: file,
      dependencies: false,
      followSymlinks: true,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
      readmePath: 'dist/readme.md',
    });
  }, 120_000);

  test(`has at most ${packageBudget / 1000} kB`, () => {
    expect(statSync(file).size).toBeLessThanOrEqual(packageBudget);
  });

  test('holds what runs and nothing else', () => {
    const entries = zipEntries(readFileSync(file));
    expect(entries.filter((entry) => !expectedFiles.some((pattern) => pattern.test(entry)))).toEqual([]);
    expect(entries).toEqual(
      expect.arrayContaining(
        [
          manifest.main,
          manifest.browser,
          'dist/webview.js',
          'dist/codicon.ttf',
          'LICENSE.txt',
          'sample/samples.json',
          'sample/istio-sidecar.md',
          ...contributes.grammars.map((grammar) => grammar.path),
          ...pictures,
        ].map((name) => path.posix.join('extension', name)),
      ),
    );
  });

  test('its page in the editor shows a trace, and its links lead somewhere', () => {
    // The editor resolves nothing relative there: https and places in the page can be followed, and pictures only be had by https.
    const page = read('dist/readme.md').replace(/^```[^]*?^```/gm, '');
    const images = [...page.matchAll(/!\[[^\]]*\]\(([^)]+)\)|<img[^>]* src="([^"]+)"/g)].map(
      (each) => each[1] ?? each[2],
    );
    expect(images.filter((link) => !link?.startsWith('https:'))).toEqual([]);
    expect(page).not.toContain('<picture>');
    expect(page).not.toContain('<!-- moves');
    // In the place of a picture.
    expect(read('dist/readme.md')).toMatch(/^```text\n\$ iptables-lens trace .*\n\n[^]*?decides nat/m);
    const links = [...page.matchAll(/(?<!!\[[^\]]*)\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    const places = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => `#${anchor(heading)}`);
    expect(links.length).toBeGreaterThan(5);
    expect(
      links.filter((link) => !link.startsWith('https:') && places.filter((place) => place === link).length !== 1),
    ).toEqual([]);
  });

  test.each(Object.entries(bundleBudgets))('dist/%s has at most %i bytes', (name, budget) => {
    expect(statSync(path.join(root, 'dist', name)).size).toBeLessThanOrEqual(budget);
  });

  test.each(['extension.js'])('dist/%s asks its surroundings for the editor only', (name) => {
    const required = [...read(`dist/${name}`).matchAll(/\brequire\(["']([^"']+)["']\)/g)].map((match) => match[1]);
    expect([...new Set(required)]).toEqual(['vscode']);
  });

  test('the command line can be executed', () => {
    expect(read('dist/cli.js').split('\n')[0]).toBe('#!/usr/bin/env node');
    if (process.platform !== 'win32') expect(statSync(path.join(root, 'dist/cli.js')).mode & 0o111).toBe(0o111);
  });
});

/** As the editor names a heading: small letters, blanks as hyphens, no punctuation. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
