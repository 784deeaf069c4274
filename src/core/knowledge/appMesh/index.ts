import type { ProgramPack } from '../pack';

export const appMesh: ProgramPack = {
  id: 'appMesh',
  name: 'AWS App Mesh',
  prefixes: ['APPMESH_'],
  families: [
    {
      family: 'AWS App Mesh',
      verified: true,
      sources: ['aws/amazon-vpc-cni-plugins:plugins/aws-appmesh'],
      common: ['The proxy’s user is excepted, 1337 in the usual configuration.'],
      chains: [
        { name: 'APPMESH_INGRESS', title: 'Sends arriving TCP to the mesh’s Envoy' },
        { name: 'APPMESH_EGRESS', title: 'Sends outbound TCP to the mesh’s Envoy' },
      ],
    },
  ],
};
