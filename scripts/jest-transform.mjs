// Jest transformer: strips types with esbuild, so that tests run the sources as they are.
import { transformSync } from 'esbuild';

export default {
  process(sourceText, sourcePath) {
    const { code, map } = transformSync(sourceText, {
      loader: 'ts',
      format: 'esm',
      target: 'node20',
      sourcemap: 'external',
      sourcefile: sourcePath,
    });
    return { code, map };
  },
};
