/** The checks of Kafka on facts: a verdict each, without a broker. */
import { eachIsJudged } from '../verdicts.ts';
import { cases, seen } from './cases.ts';

eachIsJudged(cases, seen);
