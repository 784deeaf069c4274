/** Whether a program that lists something else than rules was asked for a part of it. `words`: its arguments. */
export function asksForPart(program: string, words: readonly string[]): boolean {
  switch (program) {
    case 'ss':
      return words.some(isSocketFilter);
    case 'netstat':
      return !words.some((word) => /^-\w*r|^--route/.test(word)) && words.some(isSocketFilter);
    case 'ifconfig':
      return words.some((word) => !word.startsWith('-'));
    case 'ip':
      return isPartOfIp(words.filter((word, i) => !word.startsWith('-') && !isIpOptionValue(words[i - 1])));
    default:
      return false;
  }
}

/** Source: ss(8), FILTER; `-4lnt` has the family among other options. */
function isSocketFilter(word: string): boolean {
  return /^-[a-zA-Z]*[46]|^(?:inet6?|--inet6?)$|(?:^|[\s(])(?:sport|dport|src|dst|dev|fwmark|cgroup)\b/.test(word);
}

/** `ip -f inet`, `ip -n NETNS`: the word behind is not the object. */
function isIpOptionValue(option: string | undefined): boolean {
  return option !== undefined && /^-(?:f|family|n|netns)$/.test(option);
}

/**
 * `ip addr show eth0`, `ip route get 10.0.0.1`, `ip route show default`. A whole table of routes, and the interfaces
 * that are up or all global addresses, are no part. Source: ip-address(8), ip-route(8), ip-rule(8).
 */
function isPartOfIp([object = '', verb, ...selectors]: readonly string[]): boolean {
  if (verb === undefined) return false;
  if (verb === 'get') return true;
  const shows = /^(?:s|sh|sho|show|l|li|lis|list|ls|lst)$/.test(verb);
  if (!shows) return false;
  const rest = selectors.join(' ');
  if (/^a/.test(object)) return rest !== '' && rest !== 'up' && rest !== 'scope global';
  if (/^(?:r|ro|rou|rout|route)$/.test(object)) return !/^(?:(?:t|ta|tab|tabl|table) \S+)?$/.test(rest);
  return /^ru/.test(object) && rest !== '';
}

/**
 * Whether greps let every address of `ip addr` through: `| grep inet`, `| grep -v 127.0.0.1`. `rest`: what follows the
 * program in its line.
 */
export function keepsAddresses(rest: string): boolean {
  const [, ...pipes] = rest.split('|');
  return pipes.every((pipe) => KEEPS_ADDRESSES.test(pipe));
}

const KEEPS_ADDRESSES =
  /^[ \t]*(?:sudo[ \t]+)?[ef]?grep[ \t]+(?:-[wEFi]+[ \t]+)*(?:['"]?[ \t]*\binet6?\b[ \t]*['"]?|-v[ \t]+(?:-w[ \t]+)?['"]?(?:inet6|lo|127\.0\.0\.1|::1)['"]?)[ \t]*$/;
