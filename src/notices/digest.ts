/** The occasion: a day or a week is over, where somebody asked for a digest. */
import { occasion } from './occasion';

export const digest = occasion({ name: 'digest', summary: 'a day or a week is over', isOn: true });
