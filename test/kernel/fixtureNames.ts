/** The recorded answers, relative to test/fixtures/kernel. Questions of `random`, `options`, `corners` and `istio` are made by record.ts, those of `experiments` stand in the file. */
export const FIXTURES = ['random.jsonl.gz', 'options.jsonl', 'corners.jsonl', 'experiments.jsonl', 'istio.jsonl'] as const;

/** Texts for iptables-restore with what it and iptables-save made of them. */
export const CHECKS_FILE = 'checks.jsonl.gz';
