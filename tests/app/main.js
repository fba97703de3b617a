// A React app with two pages of its own, as somebody would write it who installs the package.
import "belofte";
import { createElement, StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

function useRoute() {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = () => setPath(location.pathname);
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  const go = (to) => {
    history.pushState(null, "", to);
    setPath(to);
  };
  return [path, go];
}

function App() {
  const [path, go] = useRoute();
  const [seen, setSeen] = useState("");
  const link = (to, text) => createElement("button", { onClick: () => go(to) }, text);
  const jobs = { endpoint: "https://api.example.test", lang: "en", "onbelofte-view": ({ detail }) => setSeen(detail.view) };
  const posting = path === "/cook" ? { view: "posting", posting: "cook" } : {};
  return createElement(
    "main",
    null,
    link("/", "Jobs"),
    link("/cook", "The cook"),
    link("/about", "About us"),
    path === "/about" ? createElement("p", null, "About us") : createElement("belofte-careers", { ...jobs, ...posting }),
    createElement("p", { role: "status" }, seen),
  );
}

createRoot(document.getElementById("app")).render(createElement(StrictMode, null, createElement(App)));
