// A slow line: one shared rate down and one up, the same delay for each packet, and a round trip more for each new connection.
// What passes is TLS, so handshakes take their own round trips, as they do in the world.
import net from 'node:net';

/** Slow 4G: 150 ms to and fro, 1.6 Mbit/s down, 750 kbit/s up. */
export const SLOW_4G = { round: 150, down: 200_000, up: 93_750 };

/** One line for several servers. `pass(port)` gives the port on which `port` answers slowly. */
export function line({ round, down, up }) {
  const servers = [];
  const lane = (rate) => ({ rate, free: 0 });
  const lanes = { down: lane(down), up: lane(up) };

  /** Hands over in order, each chunk when the lane has carried it and the delay is over. */
  function carry(from, to, lane, after) {
    let last = Promise.resolve();
    from.on('data', (chunk) => {
      const now = performance.now();
      lane.free = Math.max(now, lane.free) + (chunk.length / lane.rate) * 1e3;
      const due = Math.max(lane.free + round / 2, after());
      last = last.then(() => new Promise((done) => setTimeout(done, due - performance.now()))).then(() => to.write(chunk));
    });
    from.on('end', () => last.then(() => to.end()));
    from.on('error', () => to.destroy());
  }

  return {
    async pass(port) {
      const server = net.createServer((near) => {
        const opened = performance.now() + round * 1.5;
        const far = net.connect(port, '127.0.0.1');
        carry(near, far, lanes.up, () => opened);
        carry(far, near, lanes.down, () => 0);
        for (const [one, other] of [[near, far], [far, near]]) one.on('close', () => other.destroy());
      });
      await new Promise((done) => server.listen(0, '127.0.0.1', done));
      servers.push(server);
      return server.address().port;
    },
    end: () => servers.forEach((server) => server.close()),
  };
}
