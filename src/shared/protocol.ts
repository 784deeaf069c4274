import type { CaptureView, FlowRow } from './capture';
import type { ExpressionProblem } from '../core/net/packetExpression';
import type { WaysReport } from './ways';
import type { Badge, Remedy, RunPage, StepDetail, StepId, TokenKind, TraceReport } from './traceReport';

export type * from './capture';
export type * from './traceReport';
export type * from './ways';
export type { ExpressionProblem };

/**
 * Everything that the editor and the trace view say to each other. Plain data both ways; text is shown as text, never
 * as HTML. The editor sends `state` whenever anything changed (another packet, an edit of the file); the view draws
 * what it got last and keeps nothing but what is open, what is selected, and what is being typed.
 */
export type ToView =
  | { readonly type: 'state'; readonly state: ViewState }
  /** The answer to `select`. Late ones (another revision) are ignored. */
  | { readonly type: 'detail'; readonly revision: number; readonly detail: StepDetail }
  /** The answer to `expand`. */
  | { readonly type: 'page'; readonly revision: number; readonly page: RunPage }
  /** The answer to `find`: the first of the steps that have the text, and how many there are. */
  | {
      readonly type: 'found';
      readonly revision: number;
      readonly text: string;
      readonly steps: readonly StepId[];
      readonly of: number;
    }
  /** The answer to `complete` with this id. */
  | { readonly type: 'completions'; readonly id: number; readonly completions: PacketCompletions }
  /** Draw a picture as PNG. Answered by `drawn`. Sizes are in pixels. */
  | { readonly type: 'draw'; readonly svg: string; readonly width: number; readonly height: number }
  /** The answer to `ask-remedies`. */
  | { readonly type: 'remedies'; readonly revision: number; readonly remedies: readonly Remedy[] }
  /**
   * Select a step from outside: the cursor in the editor moved to its rule. The view asks for its detail by `select`
   * without `reveal`.
   */
  | { readonly type: 'show-step'; readonly step: StepId }
  /** A command of the editor: step through. The view answers with `select`. */
  | { readonly type: 'move'; readonly to: Move }
  | { readonly type: 'focus'; readonly part: 'packet' | 'steps' }
  /** The capture on show, again and again while it is traced; undefined: none. */
  | { readonly type: 'capture'; readonly capture: CaptureView | undefined }
  /** The answer to `capture-rows`. */
  | { readonly type: 'capture-rows'; readonly from: number; readonly rows: readonly FlowRow[] }
  /** The answer to `theme`: the colours of words of rules, as far as the theme has any. */
  | { readonly type: 'colours'; readonly colours: Partial<Readonly<Record<TokenKind, string>>> };

export type Move = 'first' | 'previous' | 'next' | 'last';

export type ToEditor =
  /** The page is there and requests its `state`. `restored` is what the view had kept before a reload. */
  | { readonly type: 'ready'; readonly restored: KeptState | undefined }
  /** The page is shown in this theme: answer with its `colours`. */
  | { readonly type: 'theme'; readonly id: string }
  /** Trace this packet; the expression as typed. */
  | { readonly type: 'trace'; readonly expression: string }
  /**
   * What can be written in the packet box at a column of its text? `asked`: by a key, and not because something was
   * typed. Answered by `completions`.
   */
  | {
      readonly type: 'complete';
      readonly id: number;
      readonly text: string;
      readonly column: number;
      readonly asked: boolean;
    }
  /** Keep a packet above those that were traced last, or no longer. */
  | { readonly type: 'pin'; readonly expression: string; readonly pinned: boolean }
  /** One field of the form was changed; an empty value gives it back to the defaults. */
  | { readonly type: 'set-field'; readonly name: string; readonly value: string }
  | { readonly type: 'choose-dump'; readonly id: string }
  | { readonly type: 'choose-scenario'; readonly id: string }
  | { readonly type: 'choose-outcome'; readonly index: number }
  | { readonly type: 'choose-leg'; readonly id: string }
  /** Show all ways in and out of the host in place of the packet, or go back to it. */
  | { readonly type: 'show-ways'; readonly shown: boolean }
  /** Trace one packet of them, or the reply to it. */
  | { readonly type: 'choose-way-leg'; readonly way: string; readonly id: string }
  /** A capture that was dropped on the page. */
  | { readonly type: 'capture-file'; readonly name: string; readonly bytes: Uint8Array }
  /** More rows of its table, from one on. */
  | { readonly type: 'capture-rows'; readonly from: number }
  /** Trace its flows with the rules as they are now. */
  | { readonly type: 'capture-again' }
  /** It was made at this interface; empty: nobody knows where. */
  | { readonly type: 'capture-iface'; readonly name: string }
  | { readonly type: 'close-capture' }
  /** Lines of a kernel's trace that were pasted into the packet box: show their first packet beside them. */
  | { readonly type: 'paste-trace'; readonly text: string }
  /** Show the trace of the reply in place of that of the packet, or go back to it. */
  | { readonly type: 'show-reply'; readonly shown: boolean }
  /** The user's word on a question; `chosen` is an index of its choices, undefined leaves it open again. */
  | { readonly type: 'answer'; readonly question: string; readonly chosen: number | undefined }
  /**
   * A step was selected: answer with its `detail`, and with `reveal` show its line in the editor without taking the
   * focus.
   */
  | { readonly type: 'select'; readonly revision: number; readonly step: StepId; readonly reveal: boolean }
  /** Show a line of the file, 1-based, and give the editor the focus. */
  | { readonly type: 'open-line'; readonly line: number }
  /** Up to `count` rules of a folded run from rule `from` of its chain on. */
  | {
      readonly type: 'expand';
      readonly revision: number;
      readonly run: StepId;
      readonly from: number;
      readonly count: number;
    }
  /** Which steps have this text? Answered by `found`. */
  | { readonly type: 'find'; readonly revision: number; readonly text: string }
  /** What would have to change? Answered by `remedies`. */
  | { readonly type: 'ask-remedies'; readonly revision: number }
  /** See what would be: commands and their like, a line each; `line 12 off` takes a rule out. */
  | { readonly type: 'what-if'; readonly text: string }
  /** The same without the rule of a step, or with it again. */
  | { readonly type: 'what-if-step'; readonly revision: number; readonly step: StepId }
  /** The same with one of `remedies`. */
  | { readonly type: 'what-if-remedy'; readonly revision: number; readonly index: number }
  /** Takes one of the changes back, counted from 0; without `index` all of them. */
  | { readonly type: 'what-if-back'; readonly index: number | undefined }
  /** Write the changes into a copy of the file. */
  | { readonly type: 'what-if-copy' }
  /** Put the commands of one of them on the clipboard; `index` counts from 0. */
  | { readonly type: 'copy-remedy'; readonly revision: number; readonly index: number }
  /** Write one of them into the file, which is then traced again. */
  | { readonly type: 'try-remedy'; readonly revision: number; readonly index: number }
  /** Write down what is shown as an expectation, beside the file. */
  | { readonly type: 'add-expectation' }
  /** Take back the edits since the packet was chosen. */
  | { readonly type: 'revert' }
  /** Put the whole trace on the clipboard, as text or as Markdown. */
  | { readonly type: 'copy'; readonly format: 'text' | 'markdown' }
  /** Ask in which form to copy or save the trace. */
  | { readonly type: 'share' }
  /** The answer to `draw`; no bytes where it could not be drawn. */
  | { readonly type: 'drawn'; readonly png: Uint8Array };

/** What the view shows. */
export interface ViewState {
  /** Grows with every `state`; requests name the one they are about. */
  readonly revision: number;
  /** `loading`: evaluating. `empty`: there are no rules in the file. `error`: `message` says what and what to do. */
  readonly phase: 'loading' | 'empty' | 'error' | 'ready';
  readonly message: string;
  readonly fileName: string;
  readonly dumps: readonly Choice[];
  readonly dump: string | undefined;
  readonly scenarios: readonly ScenarioChoice[];
  /** undefined: the packet was typed. */
  readonly scenario: string | undefined;
  readonly packet: PacketForm;
  /** What the kernel says of the path that is shown, where the packet is one of a kernel's trace. */
  readonly kernel: KernelView | undefined;
  /** The packets of the user's choice that were traced before this one, the newest first. */
  readonly recent: readonly string[];
  /** The packets that the user keeps, the one pinned first at the top. They are not among `recent`. */
  readonly pinned: readonly string[];
  /** What was assumed because the file does not say it. */
  readonly assumed: readonly AssumedFact[];
  /** What was read of the file and what was not; undefined while there is none. */
  readonly reading: ReadingFacts | undefined;
  readonly journey: readonly Leg[];
  /**
   * Sentences about the journey: remarks on the rules as a whole, and why it ends. Empty where the rules are not those
   * of a mesh.
   */
  readonly journeyWords: { readonly remarks: readonly string[]; readonly end: string };
  /** The ways in and out of the host: what they are called, and where they are shown in place of the packet. */
  readonly ways: { readonly names: readonly string[]; readonly shown: WaysReport | undefined };
  /** `trace` is that of the reply where it is `shown`. */
  readonly reply: ReplyState;
  /**
   * Why the verdict may not be what it seems: what was asked for and is not so, rules that do not load or were not
   * read.
   */
  readonly warnings: readonly string[];
  /**
   * What became of the packet before the file was edited, where that is something else; `copy`: in the file that this
   * one is a copy of.
   */
  readonly compared: { readonly badge: Badge; readonly headline: string; readonly copy: boolean } | undefined;
  /** What is shown is not so: it is what would be. undefined: it is so. */
  readonly whatIf: WhatIfView | undefined;
  /** A command that one might try, for an empty box. */
  readonly whatIfExample: string;
  /** undefined where the packet cannot be traced (see `packet.problems`), or while loading. */
  readonly trace: TraceReport | undefined;
  /** What the view keeps for a reload, with the selected step added to it. */
  readonly keep: KeptState;
}

/** Changes that nobody has made, and what the packet comes to without them. */
export interface WhatIfView {
  readonly changes: readonly WhatIfChange[];
  /** As the file has it: the likelier path first. Empty where the packet cannot be traced there. */
  readonly before: readonly Badge[];
  readonly headline: string;
  /** The changes make no difference to the packet. */
  readonly same: boolean;
  /** At least one of them can be written into a copy of the file. */
  readonly copyable: boolean;
}

export interface WhatIfChange {
  /** `line 12 off`, or as it was typed. */
  readonly words: string;
  /** The line that is off, 1-based. */
  readonly line: number | undefined;
  /** The rule that is off; else empty. */
  readonly rule: string;
  /** Why it has no effect, or `partly` none; `start` and `end` are columns of `words`. */
  readonly problems: readonly { readonly message: string; readonly start?: number; readonly end?: number }[];
  readonly partly: boolean;
  /** What was taken for granted, as the file does not show it. */
  readonly notes: readonly string[];
}

/** What of the file a trace is based on, for a person who wonders whether the paste was understood. */
export interface ReadingFacts {
  /** `1 rule set, 2 routes`. */
  readonly summary: string;
  readonly found: readonly AssumedFact[];
  /** Lines that look like rules or facts of a host and were not used, each with the reason. */
  readonly unread: readonly AssumedFact[];
  readonly unreadCount: number;
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  /** A second, dimmed text: `lines 60–95`. */
  readonly detail: string;
}

export interface ScenarioChoice extends Choice {
  readonly expression: string;
}

/** A kernel's trace beside the path that is shown. Lines are those of the file, from 1; undefined: they were pasted. */
export interface KernelView {
  /** `agrees with the kernel’s trace: 7 of 7 steps`. */
  readonly text: string;
  /** The line that shows the packet. */
  readonly line: number | undefined;
  /** The first step at which both part, and what each says. */
  readonly difference:
    | {
        readonly kernel: string;
        readonly kernelLine: number | undefined;
        readonly here: string;
        readonly line: number | undefined;
      }
    | undefined;
  /** A sentence each: what the trace implies of the packet, how far it goes. */
  readonly remarks: readonly string[];
  /** The events of the path that the kernel has too. */
  readonly same: readonly number[];
  /** The step of the path that the kernel does not have, or that it has and the path does not. */
  readonly differs: StepId | undefined;
}

/** What can be written at a place of the packet box. Columns are UTF-16, the end excluded. */
export interface PacketCompletions {
  /** What an item replaces. */
  readonly start: number;
  readonly end: number;
  /** The word stands for something as it is. */
  readonly complete: boolean;
  /** The best ones first. `detail`: one line on what it is; may be empty. */
  readonly items: readonly { readonly label: string; readonly detail: string }[];
  /** A word of the text that is not understood, and what was probably meant by it. */
  readonly instead: { readonly start: number; readonly end: number; readonly label: string } | undefined;
}

export interface PacketForm {
  readonly expression: string;
  /** Problems of the expression as a whole or of a word of it. */
  readonly problems: readonly ExpressionProblem[];
  /** What an empty box traces. */
  readonly placeholder: string;
  /** What it was read from, where that was no expression, and what was assumed and ignored; a sentence each. */
  readonly notes: readonly string[];
  readonly fields: readonly PacketField[];
}

/** One input of the form. */
export interface PacketField {
  readonly name: string;
  readonly label: string;
  readonly group: 'packet' | 'transport' | 'sender' | 'tracking' | 'host';
  readonly value: string;
  /** True where the user gave it; otherwise `why` says how it was filled in. */
  readonly given: boolean;
  readonly why: string;
  /** Values to pick from. */
  readonly choices: readonly string[];
  /** Nothing but `choices` is allowed. */
  readonly closed: boolean;
  /** Empty where the value is fine. */
  readonly problem: string;
}

/** Something about the host or the packet that the file leaves open and that was taken to be ordinary. */
export interface AssumedFact {
  readonly message: string;
  readonly line: number | undefined;
  /** Name of the field in which it can be changed. */
  readonly field: string | undefined;
}

/** One packet of a whole exchange. */
export interface Leg {
  /**
   * `1`, `2`, `2b`: the number is how far the packet is from the first, the letter another way on than the usual one;
   * `2r` is the reply to `2`.
   */
  readonly id: string;
  readonly label: string;
  /** Why a proxy sends such a packet, and where that is known from; undefined for the first leg. */
  readonly note: string | undefined;
  readonly source: string | undefined;
  /** There is this leg only if; undefined: usually. */
  readonly when: string | undefined;
  /** Another host of the file, whose rules it meets from here on: `web-7`. */
  readonly at: string | undefined;
  readonly current: boolean;
  /** The proxy that has sent it gets it back. */
  readonly loops: boolean;
  /** How it ends; undefined for a reply. */
  readonly badge: Badge | undefined;
  /** It is a reply; whether it reaches the sender. undefined for a packet of the way there. */
  readonly comesBack: boolean | undefined;
}

/** The reply to the packet on the path that is shown. */
export type ReplyState =
  /** There is none; `why` completes "No reply: ", empty where nobody would expect one. */
  | { readonly kind: 'none'; readonly why: string }
  /**
   * It can be traced; `wayBack` is what becomes of it, `comes back by eth0`, empty where that would take long to find
   * out.
   */
  | {
      readonly kind: 'offered';
      readonly wayBack: string;
      readonly comesBack: boolean;
      /** That it does not come back rests on something that is only assumed. */
      readonly unsure: boolean;
      /** The first finding in a clause; empty where there is none. */
      readonly short: string;
      readonly findings: readonly string[];
    }
  | {
      readonly kind: 'shown';
      /** As a packet expression, without what only the connection table cares about. */
      readonly packet: string;
      readonly comesBack: boolean;
      /** That it does not come back rests on something that is only assumed. */
      readonly unsure: boolean;
      /** One sentence. */
      readonly verdict: string;
      /** It goes another way than through this host: the trace is what this host would do with it. */
      readonly past: boolean;
      /** Remarks on it: what is translated back, hairpins, asymmetric ways. */
      readonly findings: readonly string[];
    };

/** Survives a reload of the window, as JSON. */
export interface KeptState {
  readonly version: 1;
  readonly uri: string;
  readonly dump: string | undefined;
  readonly scenario: string | undefined;
  readonly expression: string;
  readonly outcome: number;
  readonly step: StepId | undefined;
  /** The user's answers by `Assumption.key`. */
  readonly answers: Readonly<Record<string, boolean>>;
  /** Fields of group `host` that the user changed. */
  readonly hostFields: Readonly<Record<string, string>>;
  /** What the user said of tables that the file does not name. */
  readonly tables?: Readonly<Record<string, string>>;
  /** The reply is shown. */
  readonly reply?: boolean;
  /** All ways are shown. */
  readonly ways?: boolean;
  /** The packet is this one of the kernel's trace in the file, from 0. */
  readonly kernel?: number | undefined;
  /** The packets that were traced last, the newest first. */
  readonly recent?: readonly string[];
  /** The packets that the user keeps. */
  readonly pinned?: readonly string[];
  /** What is tried: a line, from 0, that is off, or what was typed. */
  readonly whatIf?: readonly { readonly kind: 'off' | 'typed'; readonly text: string; readonly line?: number }[];
}
