import { connect } from '@slugline/client';
import { type Block, isSafeUrl, type PublicEntry, type Span } from '@slugline/client/protocol';
import { ConnectionProvider, useStory } from '@slugline/client/react';
import { memo, useEffect } from 'react';
import { AppState, FlatList, Image, Linking, StyleSheet, Text, View } from 'react-native';

// Made once. It opens nothing before a story is on the screen, and closes all when none is.
const connection = connect('https://live.example.org');

/** Entries that are held while the reader is at the top: further down there is always more to load. */
const HELD_AT_TOP = 100;

export default function App() {
  // React Native does not tell the SDK when the app comes to the front: links that look open may be dead then.
  useEffect(() => {
    const watched = AppState.addEventListener('change', (state) => {
      if (state === 'active') connection.wake();
    });
    return () => watched.remove();
  }, []);
  return (
    <ConnectionProvider connection={connection}>
      <StoryScreen slug="harbour-fire" />
    </ConnectionProvider>
  );
}

export function StoryScreen({ slug }: { readonly slug: string }) {
  const { story, entries, status, hasOlder, loadOlder, live } = useStory(slug);
  // An alert is the desk's decision; it is told once, and not of what was there before.
  useEffect(() => live?.on('breaking', (entry) => announce(entry)), [live]);
  return (
    <FlatList
      data={entries}
      keyExtractor={({ id }) => id}
      renderItem={({ item }) => <EntryView entry={item} />}
      // What is read stays where it is while entries come in above it.
      maintainVisibleContentPosition={{ minIndexForVisible: 0 }}
      onEndReached={() => {
        // Without a network it rejects; the next time the end is reached it is tried again.
        if (hasOlder) loadOlder().catch(() => undefined);
      }}
      onScroll={({ nativeEvent }) => {
        if (nativeEvent.contentOffset.y <= 0) live?.trim(HELD_AT_TOP);
      }}
      scrollEventThrottle={500}
      ListHeaderComponent={
        <View style={styles.header}>
          <Text style={styles.title} accessibilityRole="header">
            {story?.headline}
          </Text>
          <Text style={styles.small} accessibilityLiveRegion="polite">
            {status === 'live' ? 'Live' : status}
          </Text>
        </View>
      }
    />
  );
}

/** An entry that did not change is the same object, so it is not rendered again. */
const EntryView = memo(function EntryView({ entry }: { readonly entry: PublicEntry }) {
  return (
    <View style={styles.entry}>
      <Text style={styles.small}>{new Date(entry.publishedAt).toLocaleTimeString()}</Text>
      {entry.status === 'usable' ? (
        <>
          {entry.headline !== undefined && (
            <Text style={styles.headline} accessibilityRole="header">
              {entry.breaking && 'Breaking: '}
              {entry.headline}
            </Text>
          )}
          {entry.corrections.map(({ text, at }) => (
            <Text key={at} style={styles.correction}>
              Correction: {text}
            </Text>
          ))}
          {placed(entry.body).map(({ item, place }) => (
            <BlockView key={place} block={item} />
          ))}
        </>
      ) : (
        <Text style={styles.text}>{entry.notice?.text ?? 'This update was withdrawn.'}</Text>
      )}
    </View>
  );
});

function BlockView({ block }: { readonly block: Block }) {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return (
        <Text style={block.type === 'heading' ? styles.headline : styles.text}>
          <Spans content={block.content} />
        </Text>
      );
    case 'list':
      return placed(block.items).map(({ item, place }) => (
        <Text key={place} style={styles.text}>
          {block.ordered ? `${place + 1}. ` : '• '}
          <Spans content={item} />
        </Text>
      ));
    case 'quote':
      return (
        <View style={styles.quote}>
          <Text style={styles.text}>
            <Spans content={block.content} />
          </Text>
          {block.speaker !== undefined && <Text style={styles.small}>— {block.speaker}</Text>}
        </View>
      );
    case 'picture': {
      const { url, width = 16, height = 9, altText, caption, creditLine } = block.picture;
      if (!isSafeUrl(url)) return null;
      return (
        <View>
          <Image source={{ uri: url }} style={{ aspectRatio: width / height }} accessibilityLabel={altText} />
          <Text style={styles.small}>{[caption, creditLine].filter(Boolean).join(' ')}</Text>
        </View>
      );
    }
    case 'embed':
      return <Link url={block.url} text={block.title ?? block.provider} />;
    default:
      // Of a newer server: nothing in its place.
      return null;
  }
}

function Spans({ content }: { readonly content: readonly Span[] }) {
  return placed(content).map(({ item: { text, marks = [], href }, place }) => {
    if (href !== undefined) return <Link key={place} url={href} text={text} />;
    const style = [marks.includes('strong') && styles.strong, marks.includes('emphasis') && styles.emphasis];
    return (
      <Text key={place} style={style}>
        {text}
      </Text>
    );
  });
}

/** Blocks and spans have no ids: an edit brings the whole entry anew, so their place in it is what tells them apart. */
function placed<T>(list: readonly T[]): readonly { readonly item: T; readonly place: number }[] {
  return list.map((item, place) => ({ item, place }));
}

function Link({ url, text }: { readonly url: string; readonly text: string }) {
  if (!isSafeUrl(url)) return <Text>{text}</Text>;
  return (
    <Text style={styles.link} accessibilityRole="link" onPress={() => void Linking.openURL(url)}>
      {text}
    </Text>
  );
}

/** Where an app would show its banner. */
function announce(entry: PublicEntry): void {
  if (entry.status === 'usable') console.log(`Breaking: ${entry.headline}`);
}

const styles = StyleSheet.create({
  header: { padding: 16 },
  title: { fontSize: 28, fontWeight: '700' },
  small: { fontSize: 13, color: '#555' },
  entry: { padding: 16, borderTopWidth: StyleSheet.hairlineWidth, borderTopColor: '#ccc' },
  headline: { fontSize: 19, fontWeight: '600' },
  text: { fontSize: 17, lineHeight: 25 },
  quote: { borderLeftWidth: 3, borderLeftColor: '#ccc', paddingLeft: 12 },
  correction: { fontSize: 15, color: '#a33' },
  strong: { fontWeight: '700' },
  emphasis: { fontStyle: 'italic' },
  link: { color: '#0645ad', textDecorationLine: 'underline' },
});
