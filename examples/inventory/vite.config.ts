import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The API is asked under the page's own origin: no CORS, and the same in production
// behind one proxy. GATEHOUSE_URL says where `make run` listens.
const target = process.env.GATEHOUSE_URL ?? "http://127.0.0.1:8080";
const proxy = { "/graphql": { target, ws: true, changeOrigin: true }, "/dev/token": { target, changeOrigin: true } };

export default defineConfig({ plugins: [react()], server: { proxy }, preview: { proxy } });
