import type { Tone } from '../../shared/traceReport';

export const PICTURE_THEMES = ['light', 'dark', 'highContrast', 'highContrastLight'] as const;

export type PictureTheme = (typeof PICTURE_THEMES)[number];

export function isTheme(text: string): text is PictureTheme {
  return PICTURE_THEMES.some((theme) => theme === text);
}

export interface Colours {
  readonly back: string;
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly box: string;
  readonly tones: Readonly<Record<Tone, string>>;
}

/** Each on `back` and on `box` with a contrast of at least 4.5 (WCAG 2.2, 1.4.3), in high contrast of 7 (1.4.6). */
export const COLOURS: Readonly<Record<PictureTheme, Colours>> = {
  light: {
    back: '#ffffff',
    text: '#1f2328',
    dim: '#59636e',
    line: '#c8ced5',
    box: '#f6f8fa',
    tones: {
      accept: '#116329',
      drop: '#b3202a',
      reject: '#b3202a',
      redirect: '#6639ba',
      sent: '#0550ae',
      unknown: '#7d4e00',
    },
  },
  dark: {
    back: '#0d1117',
    text: '#e6edf3',
    dim: '#9198a1',
    line: '#3d444d',
    box: '#161b22',
    tones: {
      accept: '#56d364',
      drop: '#ff7b72',
      reject: '#ff7b72',
      redirect: '#d2a8ff',
      sent: '#79c0ff',
      unknown: '#e3b341',
    },
  },
  highContrast: {
    back: '#000000',
    text: '#ffffff',
    dim: '#e0e0e0',
    line: '#6fc3df',
    box: '#000000',
    tones: {
      accept: '#89d185',
      drop: '#ffa198',
      reject: '#ffa198',
      redirect: '#d2a8ff',
      sent: '#9cdcfe',
      unknown: '#ffd700',
    },
  },
  highContrastLight: {
    back: '#ffffff',
    text: '#000000',
    dim: '#292929',
    line: '#0f4a85',
    box: '#ffffff',
    tones: {
      accept: '#1a4d1a',
      drop: '#8b1018',
      reject: '#8b1018',
      redirect: '#5b2b8c',
      sent: '#0f4a85',
      unknown: '#5c3800',
    },
  },
};
