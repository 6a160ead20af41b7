// The parts of the Kubernetes client that are used, in a file of their own: importing it takes a
// third of a second, so it is imported only once a cluster is asked.
export { KubeConfig, loadYaml } from '@kubernetes/client-node';
