using DgxMusic.Composer.Arrangement;
using static DgxMusic.Composer.Scores.Patch;

namespace DgxMusic.Composer.Prompts;

/// <summary>Instruments by name.</summary>
static class InstrumentWords
{
    public static readonly (Instrument Instrument, string Phrases)[] All =
    [
        (new("drums", Role.Drums, []), "drums, drum, percussion, drum kit, drumkit, drum machine, beats and drums, schlagzeug, batería, bateria, batterie, drumming, drum beat"),
        (new("brushes", Role.Drums, [KitJazzBrushes]), "brushes, brushed drums, brush drums"),
        (new("808", Role.Bass, [Bass808], "trap"), "808, 808s, 808 bass, 808 drums"),
        (new("909", Role.Drums, [Kit909], "techno"), "909, 909 drums"),
        (new("breakbeat", Role.Drums, [KitBreaks], "drum & bass"), "amen break, amen, breakbeats"),
        (new("taiko", Role.Drums, [KitCinematic], "cinematic"), "taiko, taikos, taiko drums, timpani, war drums, epic drums, tribal drums"),
        (new("bass", Role.Bass, []), "bass, bassline, bass line, basslines, basse, bajo, basso"),
        (new("sub bass", Role.Bass, [SubBass]), "sub bass, sub, subbass, deep bass"),
        (new("acid bass", Role.Bass, [AcidBass], "techno"), "acid bass, 303, tb 303, acid line, acid bassline"),
        (new("reese bass", Role.Bass, [ReeseBass], "drum & bass"), "reese, reese bass, wobble, growl bass"),
        (new("synth bass", Role.Bass, [SawBass, FmBass]), "synth bass, saw bass, fm bass"),
        (new("upright bass", Role.Bass, [UprightBass], "jazz"), "upright bass, double bass, contrabass, walking bass, acoustic bass, kontrabass"),
        (new("bass guitar", Role.Bass, [FingerBass, PickBass]), "bass guitar, electric bass, slap bass, e bass"),
        (new("acoustic guitar", Role.Chords, [AcousticGuitar], "folk"), "acoustic guitar, acoustic guitars, nylon guitar, classical guitar, spanish guitar, ukulele, fingerpicked guitar, banjo, mandolin"),
        (new("distorted guitar", Role.Chords, [DistortedGuitar], "rock"), "distorted guitar, distorted guitars, electric guitars, heavy guitars, heavy guitar, guitar riffs, guitar riff, power chords, overdriven guitar, fuzz guitar, distortion"),
        (new("electric guitar", Role.Chords, [CleanGuitar, DistortedGuitar, MutedGuitar], "rock"), "electric guitar, clean guitar, jangly guitar, guitar solo, e guitar, e gitarre"),
        (new("muted guitar", Role.Chords, [MutedGuitar], "funk"), "muted guitar, funk guitar, palm muted guitar, palm mutes"),
        (new("guitar", Role.Chords, [CleanGuitar, AcousticGuitar, DistortedGuitar, MutedGuitar], "folk"), "guitar, guitars, gitarre, guitarra, guitare, chitarra"),
        (new("piano", Role.Chords, [Piano], "piano"), "piano, pianos, grand piano, felt piano, klavier, keys, keyboard, upright piano, pianoforte"),
        (new("electric piano", Role.Chords, [ElectricPiano], "soul"), "electric piano, rhodes, e piano, wurlitzer, wurli, fender rhodes"),
        (new("organ", Role.Chords, [Organ]), "organ, hammond, hammond organ, church organ, orgel"),
        (new("vibraphone", Role.Counter, [Vibraphone], "jazz"), "vibraphone, vibes solo, marimba, xylophone, kalimba, glockenspiel, mallets"),
        (new("music box", Role.Arp, [MusicBox]), "music box, celesta, toy piano, harp, harpe, harfe"),
        (new("supersaw", Role.Chords, [SuperSaw], "trance"), "supersaw, supersaws, super saw, saw chords"),
        (new("synth", Role.Chords, [PolySynth, SuperSaw, Stab, Pluck, Arp], "synthwave"), "synth, synths, synthesizer, synthesizers, synthesiser, analog synth, analog synths, analogue synth, modular synth, synthétiseur, sintetizador"),
        (new("synth lead", Role.Lead, [SawLead, SquareLead]), "synth lead, lead synth, saw lead, square lead, lead, synth melody"),
        (new("plucks", Role.Arp, [Pluck]), "pluck, plucks, plucked synth, plucky"),
        (new("stabs", Role.Chords, [Stab]), "stab, stabs, chord stabs, synth stabs"),
        (new("arpeggios", Role.Arp, [Arp, Pluck]), "arp, arps, arpeggio, arpeggios, arpeggiated, arpeggiated synth, arpeggiator, arpeggiated synths"),
        (new("brass", Role.Chords, [Brass], "cinematic"), "brass, horns, horn, horn section, french horn, french horns, trombone, trombones, brass section, tuba"),
        (new("pads", Role.Pad, [WarmPad, GlassPad]), "pad, pads, synth pad, synth pads, warm pads, warm pad, lush pads, lush pad, ambient pads, ambient pad, atmospheric pads"),
        (new("strings", Role.Pad, [StringSection, SoloStrings], "cinematic"), "strings, string section, orchestral strings, string quartet, violins, string ensemble, streicher, cuerdas, cordes"),
        (new("choir", Role.Pad, [Choir], "cinematic"), "choir, choirs, choral, chor, coro, choeur"),
        (new("drone", Role.Pad, [Drone], "ambient"), "drones"),
        (new("violin", Role.Lead, [SoloStrings], "cinematic"), "violin, cello, viola, solo violin, solo cello, fiddle, violine, violín, violon, violoncello"),
        (new("flute", Role.Lead, [Flute]), "flute, flutes, pan flute, recorder, shakuhachi, ney, flöte, flauta, clarinet, oboe, woodwinds, whistle, tin whistle"),
        (new("trumpet", Role.Lead, [Trumpet], "jazz"), "trumpet, trumpets, muted trumpet, cornet, trompete, trompeta, trompette"),
        (new("saxophone", Role.Lead, [Saxophone], "jazz"), "saxophone, sax, saxophones, tenor sax, alto sax, saxofón, saxophon"),
        (new("bells", Role.Counter, [Bell, MusicBox]), "bells, bell, chimes, tubular bells, glocken, christmas bells, sleigh bells"),
    ];
}
