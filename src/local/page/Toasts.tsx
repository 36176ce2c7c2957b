/** Short notices at the foot of the page, mostly of what the local Slack refused. */
import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';
import { Icon } from './Icon';

const SHOWN_MS = 8000;

type Toast = (text: string) => void;
const ToastContext = createContext<Toast>(() => undefined);

export const useToast = (): Toast => useContext(ToastContext);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<{ id: number; text: string }[]>([]);
  const next = useRef(0);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((one) => one.id !== id)), []);
  const show = useCallback<Toast>(
    (text) => {
      next.current += 1;
      const id = next.current;
      setToasts((all) => [...all.slice(-2), { id, text }]);
      setTimeout(() => drop(id), SHOWN_MS);
    },
    [drop],
  );
  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="alert">
        {toasts.map(({ id, text }) => (
          <div className="toast" key={id}>
            <span>{text}</span>
            <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => drop(id)}>
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
