import { Controller, Inject } from '@nestjs/common';
import type { InputOf } from '@smartscan/contracts/operation';
import {
  deleteDocument,
  getDocument,
  getPageImage,
  listDocuments,
  listDocumentTypes,
  readDocument,
  reviewDocument,
} from '@smartscan/contracts/extraction';
import { Holdings, Serves, type Call, type Chunks } from '@smartscan/platform/ports';
import { inForm } from '../app/fhir-bundle.ts';
import { KnownDocuments } from '../app/known-documents.ts';
import { ReadDocument } from '../app/read-document.ts';
import { problem } from '../domain/document-problems.ts';
import { TYPES } from './document-types.ts';
import { FHIR_TERMS } from './fhir-terms.ts';

@Controller()
export class DocumentsController {
  constructor(
    @Inject(ReadDocument) private readonly readDocument: ReadDocument,
    @Inject(KnownDocuments) private readonly known: KnownDocuments,
    @Inject(Holdings) private readonly holdings: Holdings,
  ) {}

  @Serves(readDocument)
  async read(input: InputOf<typeof readDocument>, call: Call, body: Chunks | undefined) {
    if (!body) throw problem('empty');
    return inForm(await this.readDocument.run(input, call, body), call, FHIR_TERMS);
  }

  @Serves(getDocument)
  get(input: InputOf<typeof getDocument>, call: Call) {
    const here = async () => inForm(await this.known.one(input.id, call), call, FHIR_TERMS);
    return this.holdings.orElsewhere({ operation: getDocument, input, call }, here);
  }

  @Serves(listDocuments)
  list(input: InputOf<typeof listDocuments>, call: Call) {
    return this.known.page(input, call);
  }

  @Serves(getPageImage)
  image(input: InputOf<typeof getPageImage>, call: Call) {
    return this.known.image(input, call);
  }

  @Serves(reviewDocument)
  review(input: InputOf<typeof reviewDocument>, call: Call) {
    return this.known.review(input, call);
  }

  @Serves(deleteDocument)
  delete(input: InputOf<typeof deleteDocument>, call: Call) {
    const here = () => this.known.delete(input.id, call);
    return this.holdings.orElsewhere({ operation: deleteDocument, input, call }, here);
  }

  @Serves(listDocumentTypes)
  async types() {
    return Promise.resolve({ types: [...TYPES] });
  }
}
