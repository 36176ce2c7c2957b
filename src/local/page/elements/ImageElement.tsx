/** A small picture beside text. */
import type { ImageElement as SlackImage } from '@slack/types';

/** The address of a picture, given as such or as a Slack file. */
export function imageUrl(image: object): string | undefined {
  const { image_url: url, slack_file: file } = image as {
    image_url?: string;
    slack_file?: { url?: string; id?: string };
  };
  return url ?? file?.url ?? (file?.id ? `/files/${file.id}` : undefined);
}

export function ImageElement({ element, small = false }: { element: SlackImage; small?: boolean }) {
  return <img className={small ? 'image-small' : 'image-accessory'} src={imageUrl(element)} alt={element.alt_text} />;
}
