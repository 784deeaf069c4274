import type { Tone } from '../../shared/traceReport';

export type PictureTheme = 'light' | 'dark';

export interface Colours {
  readonly back: string;
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly box: string;
  readonly tones: Readonly<Record<Tone, string>>;
}

/** Each on `back` and on `box` with a contrast of at least 4.5 (WCAG 2.2, 1.4.3). */
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
      redirect: '#0550ae',
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
      redirect: '#79c0ff',
      sent: '#79c0ff',
      unknown: '#e3b341',
    },
  },
};
