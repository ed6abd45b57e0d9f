namespace DgxMusic.Composer.Prompts;

/// <summary>Names of styles and of what is near enough to them.</summary>
static class StyleWords
{
    public static readonly (string Style, double Weight, string Phrases)[] All =
    [
        ("edm", 2, "edm, electronic dance music, electronic dance, big room, festival edm, electro, future bass, dance pop, electro house, hardstyle, dubstep pop, eurodance, progressive house"),
        ("edm", 1, "electronic, electronica, dance, dance music, festival, rave, party music, elektronisch, électronique, electrónica"),
        ("house", 2, "house, house music, deep house, tech house, disco house, french house, tropical house, chicago house, piano house, garage, uk garage, soulful house, funky house"),
        ("techno", 2, "techno, minimal techno, detroit techno, acid techno, industrial techno, hard techno, melodic techno, acid, minimal, industrial, ebm"),
        ("trance", 2, "trance, uplifting trance, psytrance, psy trance, progressive trance, goa"),
        ("drum & bass", 2, "drum and bass, drum n bass, drumnbass, dnb, d n b, d and b, liquid, liquid dnb, liquid drum and bass, neurofunk, jungle, breakbeat, breakcore, breaks"),
        ("dubstep", 2, "dubstep, brostep, riddim, bass music, wobble bass"),
        ("trap", 2, "trap, trap beat, trap music, drill, uk drill, phonk, 808 trap, hip hop, hiphop, hip hop beat, rap, rap beat, cloud rap, mumble rap"),
        ("boom bap", 2, "boom bap, boombap, boom bap hip hop, old school hip hop, oldschool hip hop, 90s hip hop, golden age hip hop, east coast hip hop, jazz rap, jazz hop, jazz hip hop, trip hop, triphop, downbeat"),
        ("lo-fi", 2, "lo fi, lofi, lo fi hip hop, lofi hip hop, lo fi beats, lofi beats, lo fi beat, chillhop, chill hop, study beats, chill beats, lo fi house, chillout, chill out"),
        ("rock", 2, "rock, indie rock, alternative rock, hard rock, classic rock, punk, punk rock, pop punk, grunge, garage rock, post rock, surf rock, rock and roll, rock n roll, rock music, stadium rock, britpop, shoegaze, emo"),
        ("rock", 1, "rocking, rocky, indie, alternative"),
        ("metal", 2, "metal, heavy metal, death metal, thrash metal, metalcore, thrash, black metal, djent, nu metal, doom metal, power metal"),
        ("pop", 2, "pop, pop music, indie pop, pop song, k pop, kpop, j pop, jpop, electropop, synth pop, synthpop, teen pop, bubblegum pop, power pop, corporate, advertising, jingle, commercial"),
        ("pop", 1, "catchy, radio, poppy"),
        ("synthwave", 2, "synthwave, synth wave, retrowave, retro wave, outrun, vaporwave, chillwave, darksynth, dark synth, 80s synth, 80s, eighties, italo disco, new wave, dreamwave, cyberpunk"),
        ("synthwave", 1, "retro, neon, 1980s"),
        ("jazz", 2, "jazz, swing, bebop, be bop, hard bop, smooth jazz, cool jazz, big band, jazz trio, jazz music, lounge, ragtime, dixieland, gypsy jazz, nu jazz, blues, jazz blues, slow blues"),
        ("jazz", 1, "jazzy, bluesy"),
        ("funk", 2, "funk, disco, nu disco, funk music, motown, boogie, p funk, afrobeat, latin, salsa, cumbia"),
        ("funk", 1, "funky, groovy"),
        ("soul", 2, "soul, rnb, r n b, r and b, rhythm and blues, neo soul, neosoul, gospel, slow jam"),
        ("soul", 1, "soulful"),
        ("bossa nova", 2, "bossa nova, bossa, bossanova, samba, brazilian jazz"),
        ("reggae", 2, "reggae, dub, ska, dancehall, reggaeton, roots reggae, rocksteady"),
        ("ambient", 2, "ambient, ambient music, drone, soundscape, drone music, new age, atmosphere, atmospheres, space music, dark ambient, healing music, meditation music, sleep music"),
        ("ambient", 1, "atmospheric, spacey, ethereal, droning"),
        ("cinematic", 2, "cinematic, orchestral, orchestra, film score, movie score, soundtrack score, trailer, trailer music, symphonic, symphony, film music, epic orchestral, fantasy score, game score, video game orchestral, score, movie, film, "
            + "orchester, orchestre, orquesta, orchestral score, hollywood"),
        ("piano", 2, "piano solo, solo piano, piano piece, piano ballad, neoclassical, neo classical, modern classical, classical, classical piano, classical music, romantic piano, nocturne, ballad, lullaby, etude, sonata, "
            + "klassik, klassisch, klaviermusik, baroque"),
        ("folk", 2, "folk, acoustic, acoustic folk, indie folk, country, country music, bluegrass, singer songwriter, americana, celtic, irish, campfire, western, unplugged, fingerstyle, sea shanty, medieval"),
        ("chiptune", 2, "chiptune, chip tune, 8 bit, 8bit, 16 bit, bitpop, video game music, videogame music, game music, video game, nes, gameboy, game boy, arcade"),
    ];
}
