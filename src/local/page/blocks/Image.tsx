/** Block Kit's image, video and remote file; the last two as links. */
import type { FileBlock, ImageBlock, VideoBlock } from '@slack/types';
import { imageUrl } from '../elements/ImageElement';
import { Icon } from '../Icon';
import { Link } from '../Mention';

export function Image({ block }: { block: ImageBlock }) {
  return (
    <figure className="image">
      {block.title && <figcaption>{block.title.text}</figcaption>}
      <img src={imageUrl(block)} alt={block.alt_text} />
    </figure>
  );
}

export function Video({ block }: { block: VideoBlock }) {
  return (
    <div className="attachment">
      <Link url={block.title_url ?? block.video_url}>{block.title.text}</Link>
      {block.description && <p className="hint">{block.description.text}</p>}
    </div>
  );
}

export function File({ block }: { block: FileBlock }) {
  return (
    <div className="attachment">
      <Icon name="file" /> {block.external_id}
    </div>
  );
}
