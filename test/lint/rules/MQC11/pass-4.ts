export { default as Orders } from './orders.ts';
export { default } from './payments.ts';
export * from 'mqwarden/kafka';
