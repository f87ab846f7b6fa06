/*
 * Loaded into an instance before its own code (`--import`): at each SIGUSR2 all garbage is collected, so that what is
 * resident then is what is held. Memory that a burst leaves behind would otherwise hide what fifty readers cost.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  // What finalizers let go of is collected by the next pass only.
  for (let pass = 0; pass < 4; pass += 1) setTimeout(collect, pass * 100);
});
