import { antrea } from './antrea';
import { appMesh } from './appMesh';
import { awsVpcCni } from './awsVpcCni';
import { azureNpm } from './azureNpm';
import { calico } from './calico';
import { cilium } from './cilium';
import { cniPlugins } from './cniPlugins';
import { cniPortmap } from './cniPortmap';
import { consul } from './consul';
import { crowdsec } from './crowdsec';
import { docker } from './docker';
import { fail2ban } from './fail2ban';
import { firewalld } from './firewalld';
import { flannel } from './flannel';
import { ipMasqAgent } from './ipMasqAgent';
import { istio } from './istio';
import { kubeProxy } from './kubeProxy';
import { kubeRouter } from './kubeRouter';
import { kubevirt } from './kubevirt';
import { kuma } from './kuma';
import { libvirt } from './libvirt';
import { linkerd } from './linkerd';
import { mwan3 } from './mwan3';
import { netavark } from './netavark';
import { netbird } from './netbird';
import { openServiceMesh } from './openServiceMesh';
import { openshift } from './openshift';
import { openwrt } from './openwrt';
import { ovnKubernetes } from './ovnKubernetes';
import { sshguard } from './sshguard';
import { tailscale } from './tailscale';
import { ufw } from './ufw';
import { weave } from './weave';
import type { ProgramPack } from './pack';

/**
 * The programs that are known, in the order in which they are asked and listed. Where two have chains of one name, or a
 * meaning for one mark, the first comes first.
 */
export const packs: readonly ProgramPack[] = [
  istio,
  kubeProxy,
  docker,
  calico,
  awsVpcCni,
  cilium,
  flannel,
  weave,
  linkerd,
  appMesh,
  cniPortmap,
  netavark,
  cniPlugins,
  azureNpm,
  ipMasqAgent,
  kubeRouter,
  ovnKubernetes,
  openshift,
  antrea,
  ufw,
  firewalld,
  fail2ban,
  libvirt,
  tailscale,
  netbird,
  consul,
  kuma,
  openServiceMesh,
  kubevirt,
  openwrt,
  mwan3,
  sshguard,
  crowdsec,
];
