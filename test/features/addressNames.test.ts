import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/core/net/address';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { addressNames } from '../../src/features/addressNames';

const PODS = 'NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES';
const pod = (name: string, address: string): string => `${name} 1/1 Running 0 1d ${address} n1 <none> <none>`;
const NODES =
  'NAME STATUS ROLES AGE VERSION INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME\n' +
  'n1 Ready <none> 1d v1.29.0 10.0.0.4 <none> Debian 6.1.0 containerd://1.7';
const SERVICES =
  'NAMESPACE NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE\n' +
  'shop web ClusterIP 10.96.0.7 <none> 80/TCP 1d\n' +
  'shop twin ClusterIP 10.96.0.8 <none> 80/TCP 1d\nshop other ClusterIP 10.96.0.8 <none> 80/TCP 1d\n' +
  'shop headless ClusterIP None <none> 80/TCP 1d';
const HOSTS = '127.0.0.1 localhost\n10.1.0.7 db.example.com db\n10.1.0.7 again.example.com\n10.0.0.4 other.example.com';

describe('what a file calls an address', () => {
  test.each<[text: string, address: string, name: string | undefined]>([
    [`$ kubectl get svc -A\n${SERVICES}`, '10.96.0.7', 'Service shop/web'],
    [`$ kubectl get svc -A\n${SERVICES}`, '10.96.0.9', undefined],
    // Two that say different things say nothing.
    [`$ kubectl get svc -A\n${SERVICES}`, '10.96.0.8', undefined],
    [`$ kubectl get pods -o wide\n${PODS}\n${pod('web-7', '10.244.1.5')}`, '10.244.1.5', 'pod web-7'],
    // The same twice is one.
    [
      `$ kubectl get pods -o wide\n${PODS}\n${pod('web-7', '10.244.1.5')}\ntext\n$ kubectl get pods -o wide\n${PODS}\n${pod('web-7', '10.244.1.5')}`,
      '10.244.1.5',
      'pod web-7',
    ],
    [`$ kubectl get nodes -o wide\n${NODES}`, '10.0.0.4', 'node n1'],
    // Pods with the network of their node have its address.
    [
      `$ kubectl get pods -o wide\n${PODS}\n${pod('proxy-1', '10.0.0.4')}\n${pod('agent-2', '10.0.0.4')}\n\n$ kubectl get nodes -o wide\n${NODES}`,
      '10.0.0.4',
      'node n1',
    ],
    // The first name in a line of /etc/hosts is the canonical one.
    [`$ cat /etc/hosts\n${HOSTS}`, '10.1.0.7', 'db.example.com'],
    [`$ cat /etc/hosts\n${HOSTS}`, '127.0.0.1', undefined],
    [`$ cat /etc/hosts\n${HOSTS}`, '10.0.0.4', 'other.example.com'],
    [`$ cat /etc/hosts\n${HOSTS}\n\n$ kubectl get nodes -o wide\n${NODES}`, '10.0.0.4', 'node n1'],
    [
      `$ cat /etc/hosts\n${HOSTS}\n10.244.1.5 web\n\n$ kubectl get pods -o wide\n${PODS}\n${pod('web-7', '10.244.1.5')}\n${pod('web-8', '10.244.1.5')}`,
      '10.244.1.5',
      'web',
    ],
    ['nothing\n', '10.0.0.4', undefined],
  ])('%j: %s', (text, address, name) => {
    const parsed = parseAddress(address);
    if (!parsed) throw new Error(address);
    const names = addressNames(parseSourceFile(`${text}\n`, { fileName: 'notes.md' }), 'pod web-7');
    expect(names.nameOf(parsed)).toBe(name);
    expect(names.nameOf(parsed)).toBe(name);
    expect(names.owner).toBe('pod web-7');
  });
});
