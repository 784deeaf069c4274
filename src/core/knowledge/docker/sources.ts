export const iptabler = 'moby/moby:daemon/libnetwork/drivers/bridge/internal/iptabler/iptabler.go';
export const resolver = 'moby/moby:daemon/libnetwork/resolver_unix.go';
export const dockerProxy = 'moby/moby:cmd/docker-proxy/tcp_proxy_linux.go';
