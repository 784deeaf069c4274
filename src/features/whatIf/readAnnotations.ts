import type { Annotation } from '../../core/knowledge/annotated';
import { annotationKnowledge } from '../../core/knowledge/knowledge';

/**
 * Annotations and labels of a pod, as a manifest has them, as kubectl takes them, or as their name and a value:
 * `example.org/ports: "8080"`, `kubectl annotate pod web NAME=8080 --overwrite`. Empty for
 * anything else.
 */
export function readAnnotations(text: string): readonly Annotation[] {
  const kubectl = /^(?:kubectl|oc|k)\s+(?:\S+\s+)*?(?:annotate|label)\s+(.*)$/.exec(text);
  if (kubectl)
    return (kubectl[1]?.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []).flatMap((word) => {
      const [, name, value = ''] = /^([\w.-]+\/[\w.-]+)=(.*)$/.exec(unquoted(word)) ?? [];
      return name === undefined ? [] : [{ name, value: unquoted(value) }];
    });
  const [, quoted, bare, colon, rest = ''] =
    /^(?:annotation\s+)?(?:["']([\w.-]+(?:\/[\w.-]+)?)["']|([\w.-]+(?:\/[\w.-]+)?))\s*([:=])\s*(.*?),?$/.exec(text) ??
    [];
  const name = quoted ?? bare ?? '';
  // Of a name without its prefix only a known one is meant, and `NAME=value` sets a variable of the shell.
  const isOne = name.includes('/') ? /\.[a-z]+\//.test(name) : colon === ':' && annotationKnowledge(name) !== undefined;
  return isOne ? [{ name, value: unquoted(rest) }] : [];
}

function unquoted(value: string): string {
  const text = value.trim();
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}
