/** The app's Home tab: the view that the bot publishes for this user. */
import { useEffect, useMemo } from 'react';
import { Blocks } from './blocks/Block';
import type { View } from './contract';
import { door } from './door';
import { SurfaceProvider, useDrafts } from './surface';
import { useToast } from './Toasts';
import { useWorkspace } from './workspace';

export function AppHome({ view, botName }: { view: View | null; botName: string }) {
  const { me } = useWorkspace();
  const toast = useToast();
  useEffect(() => {
    void door.openHome({ user: me.id }).then((answer) => {
      if (!answer.ok) toast(answer.error ?? 'The Home tab did not open.');
    });
  }, [me.id, toast]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls has to be reachable by keyboard
    <section className="home" aria-label={`${botName} home`} tabIndex={0}>
      <div className="home-content">
        {view ? <HomeView key={view.id} view={view} /> : <p className="loading">Waiting for {botName}…</p>}
      </div>
    </section>
  );
}

function HomeView({ view }: { view: View }) {
  const [drafts, onDraft] = useDrafts();
  const where = useMemo(() => ({ view_id: view.id }), [view.id]);
  return (
    <SurfaceProvider where={where} blocks={view.blocks} drafts={drafts} onDraft={onDraft}>
      <Blocks blocks={view.blocks} />
    </SurfaceProvider>
  );
}
