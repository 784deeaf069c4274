import { describe, expect, test } from 'vitest';
import { podSaid } from '../../src/core/knowledge/istio/journey/podSaid';

describe('what a file says of the pod', () => {
  test.each([
    ['YAML', '    sidecar.istio.io/interceptionMode: NONE', { noInterception: 1 }],
    ['YAML with quotes', '    sidecar.istio.io/capNetBindService: "true"', { capNetBindService: 1 }],
    ['JSON', '"sidecar.istio.io/interceptionMode":"NONE","x":1', { noInterception: 1 }],
    ['JSON in JSON', '{"annotations":"{\\"sidecar.istio.io/interceptionMode\\":\\"NONE\\"}"}', { noInterception: 1 }],
    [
      'kubectl describe, further down',
      'Name: web\nAnnotations:  sidecar.istio.io/capNetBindService: true',
      { capNetBindService: 2 },
    ],
    ['meshConfig', 'defaultConfig:\n  interceptionMode: NONE', { noInterception: 2 }],
    ['a log', 'INBOUND_INTERCEPTION_MODE=NONE', { noInterception: 1 }],
    [
      'both',
      'interceptionMode: NONE\ncapNetBindService: "true"\ninterceptionMode: NONE',
      { noInterception: 1, capNetBindService: 2 },
    ],
    ['commented out', '  # sidecar.istio.io/interceptionMode: NONE', {}],
    ['another mode', 'sidecar.istio.io/interceptionMode: TPROXY', {}],
    ['a word that begins so', 'sidecar.istio.io/interceptionMode: NONEXISTENT', {}],
    ['false', 'sidecar.istio.io/capNetBindService: "false"', {}],
    ['nothing', '', {}],
  ])('%s', (_, text, said) => {
    expect(podSaid(text.split('\n').map((line, index) => ({ index, text: line })))).toEqual(said);
  });
});
