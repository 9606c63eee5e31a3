export const Health = ({ up }: { up: boolean }) => <span>{up ? 'connected' : 'not connected'}</span>;
