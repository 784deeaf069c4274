import type { ProgramPack } from '../pack';

export const awsVpcCni: ProgramPack = {
  id: 'awsVpcCni',
  name: 'AWS VPC CNI',
  prefixes: ['AWS-SNAT-CHAIN-', 'AWS-CONNMARK-CHAIN-'],
  always: [
    'nat PREROUTING -i eni+ -j AWS-CONNMARK-CHAIN-0 # AWS, outbound connections',
    'nat POSTROUTING -j AWS-SNAT-CHAIN-0 # AWS SNAT CHAIN',
  ],
  families: [
    {
      family: 'AWS VPC CNI',
      verified: true,
      sources: ['aws/amazon-vpc-cni-k8s:pkg/networkutils/network.go'],
      common: ['Mark 0x80/0x80 sends replies through the primary interface.'],
      chains: [
        {
          name: /^AWS-SNAT-CHAIN-[0-9]+$/,
          shown: 'AWS-SNAT-CHAIN-0',
          title: 'Rewrites the source of pod traffic that leaves the VPC',
        },
        {
          name: /^AWS-CONNMARK-CHAIN-[0-9]+$/,
          shown: 'AWS-CONNMARK-CHAIN-0',
          title: 'Remembers connections that must reply through the primary interface',
        },
      ],
    },
  ],
  marks: [
    {
      value: 0x80,
      mask: 0x80,
      title: 'reply through the primary interface',
      sources: ['aws/amazon-vpc-cni-k8s:pkg/networkutils/network.go'],
    },
  ],
};
