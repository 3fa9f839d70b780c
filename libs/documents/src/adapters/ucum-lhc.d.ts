declare module '@lhncbc/ucum-lhc' {
  interface Conversion {
    readonly status: 'succeeded' | 'failed' | 'error';
    readonly toVal: number | null;
  }
  interface UnitLibrary {
    convertUnitTo(fromUnitCode: string, fromValue: number, toUnitCode: string): Conversion;
  }
  export const UcumLhcUtils: { getInstance(): UnitLibrary };
}
