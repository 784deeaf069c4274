/** What the trace view shows. The types stand in src/shared, so that the page can have them too. */
export type * from '../../shared/traceModel';
