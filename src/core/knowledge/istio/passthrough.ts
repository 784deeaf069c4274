/**
 * What 127.0.0.6 (::6) is, by release. Source: istio/istio:pilot/pkg/networking/core/cluster_builder.go,
 * PILOT_ENABLE_INBOUND_PASSTHROUGH.
 */
export const dialledByEnvoy =
  'Since 1.10 the source of every connection that Envoy opens to the application of its own pod, unless the ' +
  'application is bound to localhost. Before, from 1.3 on, only of those to a port without an inbound listener.';
