import type { KindOfDevice } from '../device.ts';
import { WEIGHT } from './weight-scale.ts';

/** Most show one value after the other, each with its label. */
export const BODY_COMPOSITION_SCALE = {
  title: 'Body-composition scale',
  fields: {
    weight: WEIGHT,
    body_fat: {
      meaning: 'share of fat',
      labels: ['FAT', 'FAT%', 'BODY FAT', 'BF', 'BF%'],
      units: { '%': { analyte: 'body_fat', range: [3, 65], decimals: [1], unseen: 'taken' } },
    },
    body_water: {
      meaning: 'share of water',
      labels: ['WATER', 'WATER%', 'TBW', 'BODY WATER', 'H2O'],
      units: { '%': { analyte: null, range: [20, 80], decimals: [1], unseen: 'taken' } },
    },
    muscle: {
      meaning: 'muscle, its mass or its share',
      labels: ['MUSCLE', 'MUSCLE%', 'MUS', 'MUSCLE MASS'],
      units: {
        kg: { analyte: 'muscle_mass', range: [5, 120], decimals: [1], unseen: 'said' },
        '%': { analyte: null, range: [15, 95], decimals: [1], unseen: 'said' },
      },
    },
    bone: {
      meaning: 'mass of the bones',
      labels: ['BONE', 'BONE MASS'],
      units: { kg: { analyte: null, range: [0.5, 8], decimals: [1], unseen: 'taken' } },
    },
    visceral_fat: {
      meaning: 'level of visceral fat, by the maker’s own scale',
      labels: ['VISC', 'VISCERAL', 'VISCERAL FAT', 'V FAT'],
      units: { '{level}': { analyte: null, range: [1, 60], decimals: [0, 1], unseen: 'taken' } },
    },
    basal_metabolism: {
      meaning: 'energy that the body uses at rest in a day',
      labels: ['BMR', 'KCAL', 'BASAL METABOLISM'],
      units: { 'kcal/d': { analyte: null, range: [500, 5000], decimals: [0], unseen: 'taken' } },
    },
    bmi: {
      meaning: 'body mass index',
      labels: ['BMI'],
      units: { 'kg/m2': { analyte: 'bmi', range: [7, 90], decimals: [1], unseen: 'taken' } },
    },
  },
  layout: { order: ['weight'], orderIs: 'mostly', needed: [], greater: [], leastHeight: 0.7 },
  beyond: null,
} as const satisfies KindOfDevice;
