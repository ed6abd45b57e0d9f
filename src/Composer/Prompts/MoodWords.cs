namespace DgxMusic.Composer.Prompts;

/// <summary>Moods on two axes, valence −1 to 1 and arousal 0 to 1 (Russell's circumplex, 1980), and the style that fits where none is named.</summary>
static class MoodWords
{
    public static readonly (string Mood, double Valence, double Arousal, string Style, string Phrases)[] All =
    [
        ("happy", 0.8, 0.7, "pop", "happy, cheerful, joyful, joyous, merry, sunny, bright, positive, feel good, feelgood, smile, glücklich, fröhlich, feliz, alegre, joyeux, heureux, felice, allegra, summer, summery, birthday"),
        ("upbeat", 0.7, 0.8, "pop", "upbeat, lively, bouncy, peppy, fun, carefree, optimistic"),
        ("uplifting", 0.7, 0.75, "trance", "uplifting, euphoric, ecstatic, triumphant, victorious, anthemic"),
        ("hopeful", 0.6, 0.5, "pop", "hopeful, inspiring, inspirational, motivational, motivating, encouraging, uplifted"),
        ("energetic", 0.4, 0.95, "edm", "energetic, energy, high energy, powerful, driving, dynamic, pumping, exciting, wild, banger, hype, workout, gym, sport, sports, running, party, club, action, enérgico, énergique, energisch, hard, hard hitting, punchy"),
        ("playful", 0.7, 0.6, "chiptune", "playful, quirky, funny, cute, comic, whimsical, silly, kids, children, cartoon"),
        ("groovy", 0.5, 0.65, "funk", "infectious, bouncing, head nodding, danceable"),
        ("dark", -0.8, 0.55, "techno", "dark, gloomy, sinister, evil, ominous, brooding, dystopian, gothic, noir, dunkel, düster, sombre, oscuro, moody, gritty, deep"),
        ("sad", -0.8, 0.25, "piano", "sad, sorrowful, mournful, tragic, heartbroken, heartbreak, crying, tears, grief, depressing, triste, traurig, emotional, moving, touching, lonely, farewell"),
        ("melancholic", -0.6, 0.3, "lo-fi", "melancholic, melancholy, wistful, bittersweet, rainy, rain, blue, autumn, longing, melancholisch, mélancolique"),
        ("calm", 0.2, 0.15, "ambient", "calm, peaceful, serene, tranquil, quiet, meditative, meditation, yoga, spa, sleep, sleepy, healing, still, soothing, ruhig, tranquilo, calme, zen, nature, underwater, ocean"),
        ("chill", 0.3, 0.25, "lo-fi", "chill, chilled, relaxed, relaxing, laid back, laidback, mellow, cozy, cosy, lazy, easy, study, studying, coffee, coffee shop, easygoing, sunday"),
        ("gentle", 0.4, 0.2, "folk", "gentle, soft, tender, delicate, light, sweet, innocent, lovely, sanft, suave, doux"),
        ("dreamy", 0.3, 0.25, "ambient", "dreamy, dreamlike, floating, hazy, surreal, celestial, magical, enchanting, fairy, heavenly, cosmic, space, stars, starlight, verträumt"),
        ("warm", 0.4, 0.35, "lo-fi", "warm, intimate, comforting, homely, heartfelt"),
        ("romantic", 0.4, 0.3, "piano", "romantic, love, sensual, sexy, passionate, wedding, romantisch, romantique"),
        ("smooth", 0.4, 0.4, "jazz", "smooth, elegant, sophisticated, classy, late night, cocktail, bar"),
        ("nostalgic", 0.0, 0.4, "synthwave", "nostalgic, nostalgia, vintage, memories, old school, oldschool"),
        ("night", -0.2, 0.5, "synthwave", "night, nighttime, night drive, midnight, city lights, city, urban, driving at night"),
        ("hypnotic", -0.2, 0.6, "techno", "hypnotic, repetitive, trippy, psychedelic, underground, futuristic, robotic, mechanical, warehouse"),
        ("mysterious", -0.4, 0.4, "cinematic", "mysterious, mystery, mystical, eerie, strange, enigmatic, exotic, oriental, ancient"),
        ("tense", -0.6, 0.65, "cinematic", "tense, suspense, suspenseful, thriller, anxious, nervous, urgent, danger, dangerous, chase"),
        ("scary", -0.9, 0.5, "cinematic", "scary, spooky, creepy, horror, haunting, haunted, halloween, nightmare, terrifying, zombie"),
        ("aggressive", -0.6, 1.0, "metal", "aggressive, angry, furious, rage, brutal, violent, heavy, fierce, savage, aggressiv, agresivo, crushing, menacing, hardcore, chaotic"),
        ("intense", -0.3, 0.9, "drum & bass", "intense, frenetic, relentless, adrenaline, explosive"),
        ("epic", 0.0, 0.9, "cinematic", "epic, heroic, majestic, grand, massive, huge, battle, war, adventure, adventurous, legendary, dramatic, glorious, monumental, episch, épico, épique, soaring, space battle"),
    ];
}
