/** Name of the file, in the lab's folder of a container, with the environment it is started with. */
export const ENVIRONMENT_FILE = 'environment.json';
