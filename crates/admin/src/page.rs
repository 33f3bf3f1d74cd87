//! The pages, one file for each family.

mod customers;
mod dashboard;
mod developers;
mod document;
pub(crate) mod failed;
mod gaps;
mod invoice;
mod invoice_draft;
mod invoice_settings;
mod invoices;
mod locks;
mod numbers;
mod people;
mod preferences;
mod series;
mod sign_in;
mod start;
mod trail;

use crate::route::Route;

const TABLES: [&[Route]; 15] = [
    sign_in::ROUTES,
    preferences::ROUTES,
    dashboard::ROUTES,
    invoice_settings::ROUTES,
    series::ROUTES,
    invoices::ROUTES,
    invoice::ROUTES,
    customers::ROUTES,
    numbers::ROUTES,
    gaps::ROUTES,
    trail::ROUTES,
    locks::ROUTES,
    developers::ROUTES,
    people::ROUTES,
    start::ROUTES,
];

/// Every page.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    TABLES.into_iter().flatten()
}
