import { defineCustody } from './custody.ts';

export const custody = defineCustody('gateway');
