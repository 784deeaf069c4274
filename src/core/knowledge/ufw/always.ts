const HOOKS = ['input', 'output', 'forward'] as const;
/** What the jumps of a built-in chain lead to, in their order. */
const PARTS = ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track'] as const;

/**
 * The jumps without which nothing comes to the chains of its files (before.rules, user.rules, after.rules), and what
 * matters of a chain that their rules jump to: it logs. Source: ufw, src/ufw-init-functions, src/backend_iptables.py.
 */
export const ufwRules: readonly string[] = ['ufw', 'ufw6'].flatMap((prefix) => [
  `filter ${prefix}-logging-deny -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW BLOCK] "`,
  ...HOOKS.map((hook) => `filter ${prefix}-before-${hook} -j ${prefix}-user-${hook}`),
  ...HOOKS.flatMap((hook) => PARTS.map((part) => `filter ${hook.toUpperCase()} -j ${prefix}-${part}-${hook}`)),
]);
