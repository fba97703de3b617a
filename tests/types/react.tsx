// What a React app writes.
import "belofte/react";

export const Careers = () => (
  <belofte-careers
    endpoint="https://api.example.nl"
    view="board"
    color-scheme="light"
    lang="de-AT"
    className="jobs"
    onbelofte-applied={({ detail }) => detail.posting.length}
  >
    <a href="https://api.example.nl/careers">See our jobs</a>
  </belofte-careers>
);

// @ts-expect-error there is no such view
export const None = () => <belofte-careers endpoint="https://api.example.nl" view="vacancies" />;
