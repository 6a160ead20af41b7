import { ERRNO, ValidationErrors } from '../call-error.ts';
import type { Methods } from '../method.ts';
import { fieldOf, objectAt } from '../params.ts';
import { isSince } from '../release.ts';

/**
 * Fields that the lab takes for a dataset; the real one knows some forty. 25.10 refuses any other,
 * releases before it leave them aside.
 */
const FIELDS = ['name', 'type', 'quota', 'refquota', 'comments', 'casesensitivity'];

/** Datasets, as far as a driver makes them. */
export const poolMethods: Methods = {
  'pool.dataset.create': {
    params: ['data'],
    role: 'DATASET_WRITE',
    call({ nas, params }) {
      const asked = objectAt(params, 0, 'pool_dataset_create');
      const name = fieldOf<string>(asked, 'name', { type: 'string' });
      const extra = Object.keys(asked).filter((field) => !FIELDS.includes(field));
      if (extra.length > 0 && isSince(nas.release.release, '25.10')) {
        throw new ValidationErrors(
          extra.map((field) => [
            `pool_dataset_create.${field}`,
            'Extra inputs are not permitted',
            ERRNO.EINVAL,
          ]),
        );
      }
      return { id: name, name, type: 'FILESYSTEM', mountpoint: `/mnt/${name}` };
    },
  },
};
