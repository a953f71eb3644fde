#include "core/metering/resource/water.h"

#include "core/real.h"

#include <stddef.h>

/* The equations and coefficients of IAPWS R7-97(2012), "Industrial Formulation 1997": region 1 is
 * water, region 2 steam, region 4 the line between them. Temperatures T in K, pressures p in MPa.
 *   water  g/RT = sum n (7.1 - pi)^i (tau - 1.222)^j,              pi = p/16.53, tau = 1386/T
 *   steam  g/RT = ln pi + sum n tau^j + sum n pi^i (tau - 0.5)^j,  pi = p,       tau = 540/T
 * Enthalpy is R T tau dg/dtau, volume R T/p pi dg/dpi. */
struct coefficient {
    int64_t digits;
    int power; /* of ten */
};

struct term {
    int i;
    int j;
    struct coefficient n;
};

static const struct term liquid_terms[] = {
    {0, -2, {14632971213167, -14}},    {0, -1, {-84548187169114, -14}},
    {0, 0, {-37563603672040, -13}},    {0, 1, {33855169168385, -13}},
    {0, 2, {-95791963387872, -14}},    {0, 3, {15772038513228, -14}},
    {0, 4, {-16616417199501, -15}},    {0, 5, {81214629983568, -17}},
    {1, -9, {28319080123804, -17}},    {1, -7, {-60706301565874, -17}},
    {1, -1, {-18990068218419, -15}},   {1, 0, {-32529748770505, -15}},
    {1, 1, {-21841717175414, -15}},    {1, 3, {-52838357969930, -18}},
    {2, -3, {-47184321073267, -17}},   {2, 0, {-30001780793026, -17}},
    {2, 1, {47661393906987, -18}},     {2, 3, {-44141845330846, -19}},
    {2, 17, {-72694996297594, -29}},   {3, -4, {-31679644845054, -18}},
    {3, 0, {-28270797985312, -19}},    {3, 6, {-85205128120103, -23}},
    {4, -5, {-22425281908000, -19}},   {4, -2, {-65171222895601, -20}},
    {4, 10, {-14341729937924, -26}},   {5, -8, {-40516996860117, -20}},
    {8, -11, {-12734301741641, -22}},  {8, -6, {-17424871230634, -23}},
    {21, -29, {-68762131295531, -32}}, {23, -31, {14478307828521, -33}},
    {29, -38, {26335781662795, -36}},  {30, -39, {-11947622640071, -36}},
    {31, -40, {18228094581404, -37}},  {32, -41, {-93537087292458, -39}},
};

static const struct term gas_terms[] = {
    {0, 0, {-96927686500217, -13}},  {0, 1, {10086655968018, -12}},
    {0, -5, {-56087911283020, -16}}, {0, -4, {71452738081455, -15}},
    {0, -3, {-40710498223928, -14}}, {0, -2, {14240819171444, -13}},
    {0, -1, {-43839511319450, -13}}, {0, 2, {-28408632460772, -14}},
    {0, 3, {21268463753307, -15}},
};

static const struct term steam_terms[] = {
    {1, 0, {-17731742473213, -16}},   {1, 1, {-17834862292358, -15}},
    {1, 2, {-45996013696365, -15}},   {1, 3, {-57581259083432, -15}},
    {1, 6, {-50325278727930, -15}},   {2, 1, {-33032641670203, -18}},
    {2, 2, {-18948987516315, -17}},   {2, 4, {-39392777243355, -16}},
    {2, 7, {-43797295650573, -15}},   {2, 36, {-26674547914087, -18}},
    {3, 0, {20481737692309, -21}},    {3, 1, {43870667284435, -20}},
    {3, 3, {-32277677238570, -18}},   {3, 6, {-15033924542148, -16}},
    {3, 35, {-40668253562649, -15}},  {4, 1, {-78847309559367, -23}},
    {4, 2, {12790717852285, -21}},    {4, 3, {48225372718507, -20}},
    {5, 7, {22922076337661, -19}},    {6, 3, {-16714766451061, -24}},
    {6, 16, {-21171472321355, -16}},  {6, 35, {-23895741934104, -12}},
    {7, 0, {-59059564324270, -31}},   {7, 11, {-12621808899101, -19}},
    {7, 25, {-38946842435739, -15}},  {8, 8, {11256211360459, -24}},
    {8, 36, {-82311340897998, -13}},  {9, 13, {19809712802088, -21}},
    {10, 4, {10406965210174, -32}},   {10, 10, {-10234747095929, -26}},
    {10, 14, {-10018179379511, -22}}, {16, 29, {-80882908646985, -24}},
    {16, 50, {10693031879409, -14}},  {18, 57, {-33662250574171, -14}},
    {20, 20, {89185845355421, -38}},  {20, 35, {30629316876232, -26}},
    {20, 48, {-42002467698208, -19}}, {21, 21, {-59056029685639, -39}},
    {22, 53, {37826947613457, -19}},  {23, 39, {-12768608934681, -28}},
    {24, 26, {73087610595061, -42}},  {24, 40, {55414715350778, -30}},
    {24, 58, {-94369707241210, -20}},
};

static const struct coefficient line[] = {
    {0, 0}, /* numbered from 1, as published */
    {11670521452767, -10},
    {-72421316703206, -8},
    {-17073846940092, -12},
    {12020824702470, -9},
    {-32325550322333, -7},
    {14915108613530, -12},
    {-48232657361591, -10},
    {40511340542057, -8},
    {-23855557567849, -14},
    {65017534844798, -11},
};

/* R = 0.461526 kJ/(kg K). */
static const struct coefficient gas_constant = {461526, -6};

/* The two variables of an equation: the pressure's base and the temperature's, as its terms use
 * them, and what stands before the sums. */
struct point {
    struct en_real pressure;    /* MPa */
    struct en_real temperature; /* K */
    struct en_real tau;
    struct en_real of_pressure;    /* raised to i */
    struct en_real of_temperature; /* raised to j */
};

static struct en_real number(struct coefficient coefficient)
{
    return en_real_of_decimal(coefficient.digits, coefficient.power);
}

static struct point liquid_point(struct en_real mpa, struct en_real kelvin)
{
    struct en_real pi = en_real_divide(mpa, en_real_of_decimal(1653, -2));
    struct en_real tau = en_real_divide(en_real_of(1386), kelvin);
    return (struct point){mpa, kelvin, tau, en_real_subtract(en_real_of_decimal(71, -1), pi),
                          en_real_subtract(tau, en_real_of_decimal(1222, -3))};
}

static struct point steam_point(struct en_real mpa, struct en_real kelvin)
{
    struct en_real tau = en_real_divide(en_real_of(540), kelvin);
    return (struct point){mpa, kelvin, tau, mpa, en_real_subtract(tau, en_real_of_decimal(5, -1))};
}

/* sum n a^i j b^(j-1): the derivative by the temperature's base. */
static struct en_real by_temperature(const struct term *terms, size_t count, struct en_real a,
                                     struct en_real b)
{
    struct en_real sum = EN_REAL_ZERO;
    for (size_t k = 0; k < count; k++) {
        const struct term *term = &terms[k];
        if (term->j != 0) {
            struct en_real part = en_real_multiply(number(term->n), en_real_of(term->j));
            part = en_real_multiply(part, en_real_power(a, term->i));
            part = en_real_multiply(part, en_real_power(b, term->j - 1));
            sum = en_real_add(sum, part);
        }
    }
    return sum;
}

/* sum n i a^(i-1) b^j: the derivative by the pressure's base. */
static struct en_real by_pressure(const struct term *terms, size_t count, struct en_real a,
                                  struct en_real b)
{
    struct en_real sum = EN_REAL_ZERO;
    for (size_t k = 0; k < count; k++) {
        const struct term *term = &terms[k];
        if (term->i != 0) {
            struct en_real part = en_real_multiply(number(term->n), en_real_of(term->i));
            part = en_real_multiply(part, en_real_power(a, term->i - 1));
            part = en_real_multiply(part, en_real_power(b, term->j));
            sum = en_real_add(sum, part);
        }
    }
    return sum;
}

/* kJ/kg: R T tau dg/dtau. */
static struct en_real enthalpy_at(en_water_phase phase, struct en_real mpa, struct en_real kelvin)
{
    struct point at = {0};
    struct en_real sum = EN_REAL_ZERO;
    if (phase == EN_WATER_LIQUID) {
        at = liquid_point(mpa, kelvin);
        sum = by_temperature(liquid_terms, EN_COUNT_OF(liquid_terms), at.of_pressure,
                             at.of_temperature);
    } else {
        at = steam_point(mpa, kelvin);
        sum = by_temperature(steam_terms, EN_COUNT_OF(steam_terms), at.of_pressure,
                             at.of_temperature);
        sum = en_real_add(
            sum, by_temperature(gas_terms, EN_COUNT_OF(gas_terms), at.of_pressure, at.tau));
    }
    struct en_real scale = en_real_multiply(number(gas_constant), kelvin);
    return en_real_multiply(en_real_multiply(scale, at.tau), sum);
}

/* kg/m3: p / (R T pi dg/dpi), where R T / p with p in MPa is in 10^-3 m3/kg. */
static struct en_real density_at(en_water_phase phase, struct en_real mpa, struct en_real kelvin)
{
    struct en_real slope = EN_REAL_ZERO; /* pi dg/dpi */
    if (phase == EN_WATER_LIQUID) {
        struct point at = liquid_point(mpa, kelvin);
        slope =
            by_pressure(liquid_terms, EN_COUNT_OF(liquid_terms), at.of_pressure, at.of_temperature);
        struct en_real pi = en_real_divide(mpa, en_real_of_decimal(1653, -2));
        slope = en_real_subtract(EN_REAL_ZERO, en_real_multiply(pi, slope));
    } else {
        struct point at = steam_point(mpa, kelvin);
        slope =
            by_pressure(steam_terms, EN_COUNT_OF(steam_terms), at.of_pressure, at.of_temperature);
        slope = en_real_add(en_real_of(1), en_real_multiply(mpa, slope));
    }
    struct en_real scale = en_real_multiply(number(gas_constant), kelvin);
    struct en_real thousand = en_real_multiply(mpa, en_real_of(1000));
    return en_real_divide(thousand, en_real_multiply(scale, slope));
}

/* a x^2 + b x + c with the line's coefficients from `first` on: 1 and two, or three. */
static struct en_real quadratic(struct en_real x, size_t a, size_t b, size_t c)
{
    struct en_real square = en_real_multiply(x, x);
    square = a == 0 ? square : en_real_multiply(number(line[a]), square);
    struct en_real middle = en_real_multiply(number(line[b]), x);
    return en_real_add(en_real_add(square, middle), number(line[c]));
}

/* 2 c / (-b + sign sqrt(b^2 - 4 a c)). */
static struct en_real solution(struct en_real a, struct en_real b, struct en_real c, int sign)
{
    struct en_real product = en_real_multiply(en_real_of(4), en_real_multiply(a, c));
    struct en_real root = en_real_root(en_real_subtract(en_real_multiply(b, b), product));
    struct en_real below =
        sign > 0 ? en_real_subtract(root, b) : en_real_subtract(EN_REAL_ZERO, en_real_add(b, root));
    return en_real_divide(en_real_multiply(en_real_of(2), c), below);
}

/* MPa of K, region 4. */
static struct en_real boiling_mpa(struct en_real kelvin)
{
    struct en_real apart = en_real_subtract(kelvin, number(line[10]));
    struct en_real theta = en_real_add(kelvin, en_real_divide(number(line[9]), apart));
    struct en_real root = solution(quadratic(theta, 0, 1, 2), quadratic(theta, 3, 4, 5),
                                   quadratic(theta, 6, 7, 8), 1);
    return en_real_power(root, 4);
}

/* K of MPa, region 4. */
static struct en_real boiling_kelvin(struct en_real mpa)
{
    struct en_real beta = en_real_root(en_real_root(mpa));
    struct en_real d =
        solution(quadratic(beta, 0, 3, 6), quadratic(beta, 1, 4, 7), quadratic(beta, 2, 5, 8), -1);
    struct en_real sum = en_real_add(number(line[10]), d);
    struct en_real inner = en_real_add(number(line[9]), en_real_multiply(number(line[10]), d));
    inner = en_real_multiply(en_real_of(4), inner);
    inner = en_real_subtract(en_real_multiply(sum, sum), inner);
    return en_real_divide(en_real_subtract(sum, en_real_root(inner)), en_real_of(2));
}

static struct en_real kelvin_of(int64_t micro_degc)
{
    return en_real_of_decimal(micro_degc + INT64_C(273150000), -6);
}

/* 1e-6 kPa is 1e-9 MPa. */
static struct en_real mpa_of(int64_t micro_kpa)
{
    return en_real_of_decimal(micro_kpa, -9);
}

/* Whether the state is in range and of the phase; on the line it is either. */
static bool is_of_phase(en_water_phase phase, struct en_water_state state)
{
    EN_ASSERT(phase == EN_WATER_LIQUID || phase == EN_WATER_STEAM);
    if (state.micro_degc < 0 || state.micro_degc > EN_WATER_MICRO_DEGC_MAX ||
        state.micro_kpa <= 0 || state.micro_kpa > EN_WATER_MICRO_KPA_MAX) {
        return false;
    }
    int side = en_real_compare(mpa_of(state.micro_kpa), boiling_mpa(kelvin_of(state.micro_degc)));
    return phase == EN_WATER_LIQUID ? side >= 0 : side <= 0;
}

bool en_water_enthalpy(en_water_phase phase, struct en_water_state state, int64_t *micro_kj_kg)
{
    return is_of_phase(phase, state) &&
           en_real_micro_half_up(
               enthalpy_at(phase, mpa_of(state.micro_kpa), kelvin_of(state.micro_degc)),
               micro_kj_kg);
}

bool en_water_density(en_water_phase phase, struct en_water_state state, int64_t *micro_kg_m3)
{
    return is_of_phase(phase, state) &&
           en_real_micro_half_up(
               density_at(phase, mpa_of(state.micro_kpa), kelvin_of(state.micro_degc)),
               micro_kg_m3);
}

/* The line's pressures: from the triple point's to the range's end. */
static bool is_on_line(int64_t micro_kpa)
{
    return micro_kpa >= INT64_C(611213) && micro_kpa <= EN_WATER_MICRO_KPA_MAX;
}

bool en_water_saturated_enthalpy(en_water_phase phase, int64_t micro_kpa, int64_t *micro_kj_kg)
{
    EN_ASSERT(phase == EN_WATER_LIQUID || phase == EN_WATER_STEAM);
    if (!is_on_line(micro_kpa)) {
        return false;
    }
    struct en_real mpa = mpa_of(micro_kpa);
    return en_real_micro_half_up(enthalpy_at(phase, mpa, boiling_kelvin(mpa)), micro_kj_kg);
}

bool en_water_boiling_pressure(int64_t micro_degc, int64_t *micro_kpa)
{
    if (micro_degc < 0 || micro_degc > EN_WATER_MICRO_DEGC_MAX) {
        return false;
    }
    struct en_real mpa = boiling_mpa(kelvin_of(micro_degc));
    return en_real_micro_half_up(en_real_multiply(mpa, en_real_of(1000)), micro_kpa);
}

bool en_water_boiling_temperature(int64_t micro_kpa, int64_t *micro_degc)
{
    if (!is_on_line(micro_kpa)) {
        return false;
    }
    struct en_real kelvin = boiling_kelvin(mpa_of(micro_kpa));
    return en_real_micro_half_up(en_real_subtract(kelvin, en_real_of_decimal(27315, -2)),
                                 micro_degc);
}
