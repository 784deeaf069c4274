/** Pixels of the picture for each of its own: text stays sharp on a screen of today. */
const SCALE = 2;

/** No canvas of a browser is longer; a longer picture is drawn smaller. */
const LONGEST = 16_000;

interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** A picture as PNG; no bytes where this browser cannot draw it. */
export async function pngOf({ svg, width, height }: Drawing): Promise<Uint8Array> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  try {
    await image.decode();
  } catch {
    return new Uint8Array();
  }
  const scale = Math.min(SCALE, LONGEST / height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  return blob ? new Uint8Array(await blob.arrayBuffer()) : new Uint8Array();
}
