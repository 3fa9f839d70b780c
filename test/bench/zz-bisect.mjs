import { fork } from 'node:child_process'; import {once} from 'node:events'; import { fileURLToPath } from 'node:url';
const role = process.argv[2];
if (process.send) {
  const { default: Fastify } = await import('fastify');
  let server;
  if (role.includes('nest')) { await import('reflect-metadata'); const {NestFactory}=await import('@nestjs/core'); const {FastifyAdapter}=await import('@nestjs/platform-fastify'); const {Module}=await import('@nestjs/common'); class R{}; Module({})(R); const ad=new FastifyAdapter({logger:false, skipMiddie:true}); const app=await NestFactory.create(R, ad, {logger:false, bodyParser:false}); await app.init(); server=ad.getInstance(); server.go=async()=>{await app.listen(0,'127.0.0.1'); return 'http://127.0.0.1:'+app.getHttpServer().address().port}; }
  else { server = Fastify(); server.go=()=>server.listen({port:0,host:'127.0.0.1'}); }
  const text='{"id":"thing","status":"ok"}';
  if (role.includes('raw')) server.route({method:'GET', url:'/v1/things/:id', onRequest:(q,r)=>{ r.hijack(); const res=r.raw; if(role.includes('async')) { (async()=>{ await 1; res.writeHead(200,['Content-Type','application/json','Content-Length',String(text.length)]); res.end(text); })(); } else { res.writeHead(200,['Content-Type','application/json','Content-Length',String(text.length)]); res.end(text);} }, handler:()=>undefined});
  else server.get('/v1/things/:id', (q,r)=>{ r.send({id:'thing',status:'ok'}) });
  process.send({url: await server.go()+'/v1/things/x'});
} else {
  const autocannon=(await import('autocannon')).default;
  for (const role of process.argv.slice(2)) {
  const c = fork(fileURLToPath(import.meta.url), [role], { execArgv: ['--trace-gc'], stdio:['ignore','pipe','inherit','ipc'] });
  let out=''; c.stdout.on('data', d=>out+=d); const [{url}] = await once(c,'message');
  await autocannon({url, connections:50, amount:20000}); out=''; await autocannon({url, connections:50, amount:20000});
  const l=out.split('\n'); console.log(role, l.length, l.slice(-4,-1).join('\n')); c.kill();
  } process.exit(0);
}
