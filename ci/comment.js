// Writes the plan to the pull request, into the one comment that there is for this topology and environment.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** GitHub takes no longer comment. */
const most = 65_536;
/** Whose comments the job's own token writes. Somebody else's that has the mark must not be written over. */
const author = 'github-actions[bot]';

const given = (name) => process.env[name] ?? '';
const repository = given('GITHUB_REPOSITORY');
const pullRequest = given('PULL_REQUEST');

const about = JSON.stringify(['WORKING_DIRECTORY', 'TOPOLOGY', 'ENVIRONMENT'].map(given));
// A hash, since a name could end the comment in which it stands.
const mark = `<!-- mqwarden-plan ${createHash('sha256').update(about).digest('hex').slice(0, 16)} -->`;

function bodyOf(plan) {
  const whole = `${mark}\n${plan}`;
  if (whole.length <= most) return whole;
  const run = `${given('GITHUB_SERVER_URL')}/${repository}/actions/runs/${given('GITHUB_RUN_ID')}`;
  // Before the plan: what is cut off may have been the end of a block of code.
  const start = `${mark}\n**Too long for a comment: this is the beginning.** [The job's summary](${run}) has all of it.\n\n`;
  const cut = plan.slice(0, most - start.length);
  return start + cut.slice(0, Math.max(0, cut.lastIndexOf('\n')));
}

function api(path, args, input) {
  const output = execFileSync('gh', ['api', ...args, `repos/${repository}/${path}`], {
    input,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return JSON.parse(output);
}

function write(body) {
  const input = JSON.stringify({ body });
  const pages = api(`issues/${pullRequest}/comments?per_page=100`, ['--paginate', '--slurp']);
  const ours = pages
    .flat()
    .find((comment) => comment.user?.login === author && comment.body.startsWith(mark));
  if (ours === undefined) api(`issues/${pullRequest}/comments`, ['--method', 'POST', '--input', '-'], input);
  else api(`issues/comments/${ours.id}`, ['--method', 'PATCH', '--input', '-'], input);
}

if (/^[0-9]+$/.test(pullRequest)) {
  try {
    write(bodyOf(readFileSync(given('PLAN'), 'utf8')));
  } catch {
    process.stdout.write(
      '::error title=mqwarden::the plan could not be written to the pull request: the job needs the permission pull-requests: write\n',
    );
    process.exitCode = 1;
  }
} else {
  process.stdout.write(
    "::notice title=mqwarden::no pull request to comment on: the plan is in the job's summary\n",
  );
}
